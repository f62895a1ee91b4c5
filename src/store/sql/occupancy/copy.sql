-- In which order do the columns of the occupancies arrive? The Rust side writes the same order.
copy occupancy_staging (
    row_number, division_code, occupancy_code, enterprise_code, parcel_code, occupied_area_m2, from_on,
    until_on, tenure, observed_on
) from stdin (format binary)
