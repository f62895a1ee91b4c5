-- How many approvals are there? $1 county.
select count(*) as count,
       coalesce(sum(coalesce(documentary_area_m2, ellipsoidal_area_m2)), 0) as area_m2
from approval
where upper_inf(recorded) and ($1::text is null or division_code = $1)
