-- In which order do the columns of the renovation projects arrive? The Rust side writes the same order.
copy project_staging (
    row_number, division_code, project_code, name, reporting_unit_code, renewal_measure, reported_area_m2,
    approval_document, general_purpose_factory, conforms_to_plan, exception_reason, exception_document,
    observed_on, ellipsoidal_area_m2, planar_area_m2, geom
) from stdin (format binary)
