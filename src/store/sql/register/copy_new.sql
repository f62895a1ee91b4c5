-- In which order do the columns of the {called} arrive that have no present version? The Rust side writes the same order.
copy {table} (source_row, {columns}, import_id, recorded) from stdin (format binary)
