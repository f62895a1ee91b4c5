-- Which columns do the rows have that the import $1 set aside? In the order in which they are first met.
select column_name
from import_issue q, jsonb_object_keys(q.raw_row) with ordinality as k (column_name, place)
where q.import_id = $1 and q.raw_row is not null
group by column_name
order by min(q.ordinal), min(place)
limit 2000
