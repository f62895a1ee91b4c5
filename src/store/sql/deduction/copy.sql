-- In which order do the columns of the deductions from approvals arrive? The Rust side writes the same order.
copy deduction_staging (
    row_number, division_code, deduction_code, approval_number, deduction_kind, deduction_reason,
    document_number, decided_on, documentary_area_m2, observed_on, ellipsoidal_area_m2, planar_area_m2, geom
) from stdin (format binary)
