-- Which keys occur more than once among the approvals of this import, and in which rows?
select division_code, approval_number as code, array_agg(row_number order by row_number) as row_numbers
from approval_staging
group by division_code, approval_number
having count(*) > 1
order by min(row_number)
limit 20
