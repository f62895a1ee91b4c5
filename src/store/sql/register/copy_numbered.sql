-- In which order do the columns of the {called} arrive that fill an empty register, each with its number? The Rust side writes the same order.
-- Frozen: nobody else can see the table before the commit, and nothing has to look up afterwards who wrote a row and whether that held.
copy {table} (source_row, {columns}, import_id, recorded, version_id) from stdin (format binary, freeze)
