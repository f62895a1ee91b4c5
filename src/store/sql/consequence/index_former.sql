-- Where did the rows lie that the import ends?
create index if not exists foreseen_row_geom on foreseen_row using gist (geom) where is_former
