-- How many issues has one import, of each code? $1 import.
select code, severity, party, count(*) as count
from import_issue
where import_id = $1
group by code, severity, party
order by code, severity, party
