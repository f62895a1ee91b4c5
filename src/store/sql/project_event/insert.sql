-- Which project steps of this import have no present version (any more)? They get one, from import $1 at $2; $3 is the file's date.
insert into project_event (
    division_code, project_code, event_kind, happened_on, document, observed_on, import_id, source_row,
    recorded
)
select
    s.division_code, s.project_code, s.event_kind, s.happened_on, s.document, coalesce(s.observed_on, $3), $1,
    s.row_number, tstzrange($2, null)
from project_event_staging s
where not exists (
    select from project_event c
    where c.division_code = s.division_code and c.project_code = s.project_code and c.event_kind = s.event_kind and upper_inf(c.recorded)
)
order by s.row_number
