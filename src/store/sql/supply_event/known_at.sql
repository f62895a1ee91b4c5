-- Which changes and suspensions of contracts were recorded at the instant $1 (null: now)?
select
    version_id, import_id, source_row, lower(recorded), observed_on, division_code, event_code, supply_code,
    event_kind, starts_on, ends_on, new_start_on, new_finish_on, document_number, document_dated, remark
from supply_event
where ($1::timestamptz is null and upper_inf(recorded)) or recorded @> $1
