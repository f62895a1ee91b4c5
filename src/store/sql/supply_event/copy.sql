-- In which order do the columns of the changes and suspensions of contracts arrive? The Rust side writes the same order.
copy supply_event_staging (
    row_number, division_code, event_code, supply_code, event_kind, starts_on, ends_on, new_start_on,
    new_finish_on, document_number, document_dated, remark, observed_on
) from stdin (format binary)
