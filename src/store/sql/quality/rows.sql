-- What are these versions ($3, each with its division in $2) of the register $1 called, and from which file and row do they come?
-- Each is looked up by the key; `offset 0` keeps the server from reading the whole register instead.
select g.version_id, g.division_code, g.code, g.import_id, g.source_row, i.file_name
from unnest($2::text[], $3::bigint[]) as wanted (division_code, version_id)
cross join lateral (
    select version_id, division_code, code, import_id, source_row
    from ground_row
    where kind = $1 and division_code = wanted.division_code and version_id = wanted.version_id
    offset 0
) g
join import i on i.import_id = g.import_id
