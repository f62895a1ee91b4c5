-- Which plan zones of this import have no present version (any more)? They get one, from import $1 at $2; $3 is the file's date.
insert into plan_zone (
    division_code, zone_code, scheme, zone_type_code, zone_type_name, is_industrial, ellipsoidal_area_m2,
    planar_area_m2, geom, observed_on, import_id, source_row, recorded
)
select
    s.division_code, s.zone_code, s.scheme, s.zone_type_code, s.zone_type_name, s.is_industrial,
    s.ellipsoidal_area_m2, s.planar_area_m2, s.geom, coalesce(s.observed_on, $3), $1, s.row_number,
    tstzrange($2, null)
from zone_staging s
where not exists (
    select from plan_zone c
    where c.division_code = s.division_code and c.zone_code = s.zone_code and upper_inf(c.recorded)
)
order by s.row_number
