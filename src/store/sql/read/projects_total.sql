-- How many projects are there? $1 county, $2 one code or null.
select count(*) as count, coalesce(sum(reported_area_m2), 0) as area_m2
from project
where upper_inf(recorded) and ($1::text is null or division_code = $1) and ($2::text is null or project_code = $2)
