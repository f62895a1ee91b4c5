-- Which occupancies of this import have no present version (any more)? They get one, from import $1 at $2; $3 is the file's date.
insert into occupancy (
    division_code, occupancy_code, enterprise_code, parcel_code, occupied_area_m2, from_on, until_on, tenure,
    observed_on, import_id, source_row, recorded
)
select
    s.division_code, s.occupancy_code, s.enterprise_code, s.parcel_code, s.occupied_area_m2, s.from_on,
    s.until_on, s.tenure, coalesce(s.observed_on, $3), $1, s.row_number, tstzrange($2, null)
from occupancy_staging s
where not exists (
    select from occupancy c
    where c.division_code = s.division_code and c.occupancy_code = s.occupancy_code and upper_inf(c.recorded)
)
order by s.row_number
