-- What are these versions ($3, each with its division in $2) of the register $1 called, and from which file and row do they come?
-- With the division as well they are found by the key.
select g.version_id, g.division_code, g.code, g.import_id, g.source_row, i.file_name
from unnest($2::text[], $3::bigint[]) as wanted (division_code, version_id)
join ground_row g on g.division_code = wanted.division_code and g.version_id = wanted.version_id
join import i on i.import_id = g.import_id
where g.kind = $1
