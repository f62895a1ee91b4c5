-- Which columns do the rows have that the import $1 set aside? In the order in which they are first met.
select k.name
from import_issue q, jsonb_object_keys(q.raw_row) with ordinality as k (name, place)
where q.import_id = $1 and q.raw_row is not null
group by k.name
order by min(q.ordinal), min(k.place)
limit 2000
