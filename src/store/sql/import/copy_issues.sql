-- In which order do the columns of the issues arrive? The Rust side writes the same order.
copy import_issue (
    import_id, ordinal, code, severity, party, row_number, column_name, value, message, remedy, geom, raw_row
) from stdin (format binary)
