-- Which targets of this import have no present version (any more)? They get one, from import $1 at $2; $3 is the file's date.
insert into target (
    division_code, target_code, name, base_year, end_year, target_area_m2, counted_event, document,
    observed_on, import_id, source_row, recorded
)
select
    s.division_code, s.target_code, s.name, s.base_year, s.end_year, s.target_area_m2, s.counted_event,
    s.document, coalesce(s.observed_on, $3), $1, s.row_number, tstzrange($2, null)
from target_staging s
where not exists (
    select from target c
    where c.division_code = s.division_code and c.target_code = s.target_code and upper_inf(c.recorded)
)
order by s.row_number
