-- Which firms did the rows point to that the import ends?
create index if not exists foreseen_row_enterprise on foreseen_row (division_code, enterprise_code) where is_former
