-- In which order do the columns of the findings arrive? The Rust side writes the same order.
copy finding (
    run_id, division_code, subject_kind, subject_code, rule_id, parcel_code, force, outcome, flag, flagged_area_m2,
    detail, geom
) from stdin (format binary)
