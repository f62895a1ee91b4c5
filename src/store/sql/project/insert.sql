-- Which renovation projects of this import have no present version (any more)? They get one, from import $1 at $2; $3 is the file's date.
insert into project (
    division_code, project_code, name, reporting_unit_code, renewal_measure, reported_area_m2,
    approval_document, general_purpose_factory, conforms_to_plan, exception_reason, exception_document,
    ellipsoidal_area_m2, planar_area_m2, geom, observed_on, import_id, source_row, recorded
)
select
    s.division_code, s.project_code, s.name, s.reporting_unit_code, s.renewal_measure, s.reported_area_m2,
    s.approval_document, s.general_purpose_factory, s.conforms_to_plan, s.exception_reason,
    s.exception_document, s.ellipsoidal_area_m2, s.planar_area_m2, s.geom, coalesce(s.observed_on, $3), $1,
    s.row_number, tstzrange($2, null)
from project_staging s
where not exists (
    select from project c
    where c.division_code = s.division_code and c.project_code = s.project_code and upper_inf(c.recorded)
)
order by s.row_number
