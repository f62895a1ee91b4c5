-- Which keys occur more than once among the changes and suspensions of contracts of this import, and in which rows?
select division_code, event_code as code, array_agg(row_number order by row_number) as row_numbers
from supply_event_staging
group by division_code, event_code
having count(*) > 1
order by min(row_number)
limit 20
