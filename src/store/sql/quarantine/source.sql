-- From which file does the import $1 come, in which reference system, and how many of its rows are set aside with what they held?
select i.kind, i.file_name, i.layer_name, i.crs, i.received_at,
    (select count(*) from import_issue q where q.import_id = i.import_id and q.raw_row is not null) as kept_rows
from import i
where i.import_id = $1
