-- Which registers have rows that the import ends? Only its own; of any other none is looked for.
create index if not exists foreseen_row_kind on foreseen_row (kind) where is_former
