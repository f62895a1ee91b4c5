-- Which codes occur more than once among the divisions of this import, and in which rows?
select division_code, name as code, array_agg(row_number order by row_number) as row_numbers
from (select division_code, min(name) over (partition by division_code) as name, row_number from division_staging) s
group by division_code, name
having count(*) > 1
order by min(row_number)
limit 20
