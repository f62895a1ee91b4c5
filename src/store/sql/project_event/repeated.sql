-- Which keys occur more than once among the project steps of this import, and in which rows?
select division_code, project_code || '/' || event_kind as code, array_agg(row_number order by row_number) as row_numbers
from project_event_staging
group by division_code, project_code, event_kind
having count(*) > 1
order by min(row_number)
limit 20
