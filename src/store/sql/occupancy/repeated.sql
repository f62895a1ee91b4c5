-- Which keys occur more than once among the occupancies of this import, and in which rows?
select division_code, occupancy_code as code, array_agg(row_number order by row_number) as row_numbers
from occupancy_staging
group by division_code, occupancy_code
having count(*) > 1
order by min(row_number)
limit 20
