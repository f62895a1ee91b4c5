-- Which divisions are there?
select division_code from division order by division_code
