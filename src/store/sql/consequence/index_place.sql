-- Where in the list is the next stretch? A city's worth of rows is not searched from the start each time.
create index if not exists foreseen_row_place on foreseen_row (place)
