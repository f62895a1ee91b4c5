-- In which order do the columns of the divisions arrive? The Rust side writes the same order.
copy division_staging (row_number, division_code, name, geom) from stdin (format binary)
