-- In which order do the columns of the {called} arrive that fill an empty register, each with its number? The Rust side writes the same order.
copy {table} (source_row, {columns}, import_id, recorded, version_id) from stdin (format binary)
