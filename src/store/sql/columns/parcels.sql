-- What do measuring and screening need of the present parcels, as fast as the server can say it?
copy (
    select division_code, parcel_code, industry_edition, industry_code, documentary_area_m2,
        stated_counting_floor_area_m2, stated_footprint_m2, ellipsoidal_area_m2, geom
    from parcel where upper_inf(recorded)
) to stdout (format binary)
