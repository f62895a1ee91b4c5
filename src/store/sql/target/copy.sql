-- In which order do the columns of the targets arrive? The Rust side writes the same order.
copy target_staging (
    row_number, division_code, target_code, name, base_year, end_year, target_area_m2, counted_event,
    document, observed_on
) from stdin (format binary)
