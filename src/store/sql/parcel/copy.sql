-- In which order do the columns of the parcels arrive? The Rust side writes the same order.
copy parcel_staging (
    row_number, division_code, parcel_code, location, right_holder, land_use_scheme, land_use_code,
    industry_edition, industry_code, reporting_unit_code, documentary_area_m2, stated_counting_floor_area_m2,
    stated_footprint_m2, stated_built_land_m2, stated_structures_m2, stated_yard_m2, stated_office_land_m2,
    stated_office_floor_m2, stated_green_m2, land_use_mark, observed_on, ellipsoidal_area_m2, planar_area_m2,
    geom
) from stdin (format binary)
