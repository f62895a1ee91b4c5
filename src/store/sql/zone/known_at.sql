-- Which plan zones were recorded at the instant $1 (null: now)?
select
    version_id, import_id, source_row, lower(recorded), observed_on, division_code, zone_code, scheme,
    zone_type_code, zone_type_name, is_industrial, ellipsoidal_area_m2, planar_area_m2, st_asbinary(geom)
from plan_zone
where ($1::timestamptz is null and upper_inf(recorded)) or recorded @> $1
