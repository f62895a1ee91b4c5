-- In which order do the columns of the buildings arrive? The Rust side writes the same order.
copy building_staging (
    row_number, division_code, building_code, parcel_code, name, building_use, storeys_above, storey_height_m,
    height_m, stated_floor_area_m2, stated_footprint_m2, completed_on, observed_on, ellipsoidal_area_m2,
    planar_area_m2, geom
) from stdin (format binary)
