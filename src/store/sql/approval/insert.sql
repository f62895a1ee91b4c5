-- Which approvals of this import have no present version (any more)? They get one, from import $1 at $2; $3 is the file's date.
insert into approval (
    division_code, approval_number, batch_name, approval_level, approved_on, withdrawn_on,
    documentary_area_m2, ellipsoidal_area_m2, planar_area_m2, geom, observed_on, import_id, source_row,
    recorded
)
select
    s.division_code, s.approval_number, s.batch_name, s.approval_level, s.approved_on, s.withdrawn_on,
    s.documentary_area_m2, s.ellipsoidal_area_m2, s.planar_area_m2, s.geom, coalesce(s.observed_on, $3), $1,
    s.row_number, tstzrange($2, null)
from approval_staging s
where not exists (
    select from approval c
    where c.division_code = s.division_code and c.approval_number = s.approval_number and upper_inf(c.recorded)
)
order by s.row_number
