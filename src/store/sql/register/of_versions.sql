-- Which {called} are these versions ($2) of these divisions ($1)?
select version_id, import_id, source_row, lower(recorded), observed_on, {read}
from {table}
where (division_code, version_id) in (select k.division_code, k.version_id from unnest($1::text[], $2::bigint[]) as k (division_code, version_id))
