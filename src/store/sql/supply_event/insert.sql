-- Which changes and suspensions of contracts of this import have no present version (any more)? They get one, from import $1 at $2; $3 is the file's date.
insert into supply_event (
    division_code, event_code, supply_code, event_kind, starts_on, ends_on, new_start_on, new_finish_on,
    document_number, document_dated, remark, observed_on, import_id, source_row, recorded
)
select
    s.division_code, s.event_code, s.supply_code, s.event_kind, s.starts_on, s.ends_on, s.new_start_on,
    s.new_finish_on, s.document_number, s.document_dated, s.remark, coalesce(s.observed_on, $3), $1,
    s.row_number, tstzrange($2, null)
from supply_event_staging s
where not exists (
    select from supply_event c
    where c.division_code = s.division_code and c.event_code = s.event_code and upper_inf(c.recorded)
)
order by s.row_number
