-- What are the divisions called?
select division_code, name from division order by division_code
