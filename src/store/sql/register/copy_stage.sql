-- In which order do the columns of the {called} arrive that are to be compared? The Rust side writes the same order.
copy {table}_staging (row_number, {columns}) from stdin (format binary)
