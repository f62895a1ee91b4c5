-- In which order do the columns of the plan zones arrive? The Rust side writes the same order.
copy zone_staging (
    row_number, division_code, zone_code, scheme, zone_type_code, zone_type_name, is_industrial, observed_on,
    ellipsoidal_area_m2, planar_area_m2, geom
) from stdin (format binary)
