-- Which contracts did the rows point to that the import ends?
create index if not exists foreseen_row_supply on foreseen_row (division_code, supply_code) where is_former
