-- Which parcels were recorded at the instant $1 (null: now)?
select
    version_id, import_id, source_row, lower(recorded), observed_on, division_code, parcel_code, location,
    right_holder, land_use_scheme, land_use_code, industry_edition, industry_code, reporting_unit_code,
    documentary_area_m2, stated_counting_floor_area_m2, stated_footprint_m2, stated_built_land_m2,
    stated_structures_m2, stated_yard_m2, stated_office_land_m2, stated_office_floor_m2, stated_green_m2,
    land_use_mark, ellipsoidal_area_m2, planar_area_m2, st_asbinary(geom)
from parcel
where ($1::timestamptz is null and upper_inf(recorded)) or recorded @> $1
