-- Which parcels did the rows point to that the import ends?
create index if not exists foreseen_row_parcel on foreseen_row (division_code, parcel_code) where is_former
