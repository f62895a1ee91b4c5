-- In which order do the columns of the approvals arrive? The Rust side writes the same order.
copy approval_staging (
    row_number, division_code, approval_number, batch_name, approval_level, approved_on, withdrawn_on,
    documentary_area_m2, observed_on, ellipsoidal_area_m2, planar_area_m2, geom
) from stdin (format binary)
