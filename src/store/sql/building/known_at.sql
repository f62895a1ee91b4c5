-- Which buildings were recorded at the instant $1 (null: now)?
select
    version_id, import_id, source_row, lower(recorded), observed_on, division_code, building_code,
    parcel_code, name, building_use, storeys_above, storey_height_m, height_m, stated_floor_area_m2,
    stated_footprint_m2, completed_on, ellipsoidal_area_m2, planar_area_m2, st_asbinary(geom)
from building
where ($1::timestamptz is null and upper_inf(recorded)) or recorded @> $1
