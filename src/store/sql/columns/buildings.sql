-- What does measuring need of the present buildings, as fast as the server can say it?
copy (
    select division_code, building_code, storeys_above, storey_height_m, stated_floor_area_m2, ellipsoidal_area_m2, geom
    from building where upper_inf(recorded)
) to stdout (format binary)
