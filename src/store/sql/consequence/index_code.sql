-- What were the rows called that the import ends?
create index if not exists foreseen_row_code on foreseen_row (division_code, code) where is_former
