-- In which order do the columns of the enterprises arrive? The Rust side writes the same order.
copy enterprise_staging (
    row_number, division_code, enterprise_code, name, industry_edition, industry_code, observed_on
) from stdin (format binary)
