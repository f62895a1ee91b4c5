-- Which keys occur more than once among the enterprise years of this import, and in which rows?
select division_code, enterprise_code || '/' || year as code, array_agg(row_number order by row_number) as row_numbers
from enterprise_year_staging
group by division_code, enterprise_code, year
having count(*) > 1
order by min(row_number)
limit 20
