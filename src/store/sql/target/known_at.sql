-- Which targets were recorded at the instant $1 (null: now)?
select
    version_id, import_id, source_row, lower(recorded), observed_on, division_code, target_code, name,
    base_year, end_year, target_area_m2, counted_event, document
from target
where ($1::timestamptz is null and upper_inf(recorded)) or recorded @> $1
