-- Which project steps were recorded at the instant $1 (null: now)?
select
    version_id, import_id, source_row, lower(recorded), observed_on, division_code, project_code, event_kind,
    happened_on, document
from project_event
where ($1::timestamptz is null and upper_inf(recorded)) or recorded @> $1
