-- In which order do the columns of the project steps arrive? The Rust side writes the same order.
copy project_event_staging (
    row_number, division_code, project_code, event_kind, happened_on, document, observed_on
) from stdin (format binary)
