-- Which parcels of this import have no present version (any more)? They get one, from import $1 at $2; $3 is the file's date.
insert into parcel (
    division_code, parcel_code, location, right_holder, land_use_scheme, land_use_code, industry_edition,
    industry_code, reporting_unit_code, documentary_area_m2, stated_counting_floor_area_m2,
    stated_footprint_m2, stated_built_land_m2, stated_structures_m2, stated_yard_m2, stated_office_land_m2,
    stated_office_floor_m2, stated_green_m2, land_use_mark, ellipsoidal_area_m2, planar_area_m2, geom,
    observed_on, import_id, source_row, recorded
)
select
    s.division_code, s.parcel_code, s.location, s.right_holder, s.land_use_scheme, s.land_use_code,
    s.industry_edition, s.industry_code, s.reporting_unit_code, s.documentary_area_m2,
    s.stated_counting_floor_area_m2, s.stated_footprint_m2, s.stated_built_land_m2, s.stated_structures_m2,
    s.stated_yard_m2, s.stated_office_land_m2, s.stated_office_floor_m2, s.stated_green_m2, s.land_use_mark,
    s.ellipsoidal_area_m2, s.planar_area_m2, s.geom, coalesce(s.observed_on, $3), $1, s.row_number,
    tstzrange($2, null)
from parcel_staging s
where not exists (
    select from parcel c
    where c.division_code = s.division_code and c.parcel_code = s.parcel_code and upper_inf(c.recorded)
)
order by s.row_number
