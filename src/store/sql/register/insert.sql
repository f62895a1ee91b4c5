-- Which {called} of this import have no present version (any more)? They get one, from import $1 at $2; $3 is the file's date.
insert into {table} ({kept}, observed_on, import_id, source_row, recorded)
select {staged_kept}, coalesce(s.observed_on, $3), $1, s.row_number, tstzrange($2, null)
from {table}_staging s
where not exists (select from {table} c where ({staged_key}) = ({present_key}) and upper_inf(c.recorded))
order by s.row_number
