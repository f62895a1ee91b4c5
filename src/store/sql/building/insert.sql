-- Which buildings of this import have no present version (any more)? They get one, from import $1 at $2; $3 is the file's date.
insert into building (
    division_code, building_code, parcel_code, name, building_use, storeys_above, storey_height_m, height_m,
    stated_floor_area_m2, stated_footprint_m2, completed_on, ellipsoidal_area_m2, planar_area_m2, geom,
    observed_on, import_id, source_row, recorded
)
select
    s.division_code, s.building_code, s.parcel_code, s.name, s.building_use, s.storeys_above,
    s.storey_height_m, s.height_m, s.stated_floor_area_m2, s.stated_footprint_m2, s.completed_on,
    s.ellipsoidal_area_m2, s.planar_area_m2, s.geom, coalesce(s.observed_on, $3), $1, s.row_number,
    tstzrange($2, null)
from building_staging s
where not exists (
    select from building c
    where c.division_code = s.division_code and c.building_code = s.building_code and upper_inf(c.recorded)
)
order by s.row_number
