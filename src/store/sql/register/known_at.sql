-- Which {called} were recorded at the instant $1 (null: now)?
select version_id, import_id, source_row, lower(recorded), observed_on, {read}
from {table}
where ($1::timestamptz is null and upper_inf(recorded)) or recorded @> $1
