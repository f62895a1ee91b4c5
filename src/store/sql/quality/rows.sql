-- What are these versions ($2) of the register $1 called, and from which file and row do they come?
select g.version_id, g.division_code, g.code, g.import_id, g.source_row, i.file_name
from ground_row g
join import i on i.import_id = g.import_id
where g.kind = $1 and g.version_id = any($2)
