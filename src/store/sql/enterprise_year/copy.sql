-- In which order do the columns of the enterprise years arrive? The Rust side writes the same order.
copy enterprise_year_staging (
    row_number, division_code, enterprise_code, year, size_class, tax_wan_yuan, land_area_m2, grade,
    grade_reason, observed_on
) from stdin (format binary)
