-- How many contracts answer the filter? $1 county, $2 only those without geometry.
select count(*) as count,
       coalesce(sum(coalesce(documentary_area_m2, ellipsoidal_area_m2)), 0) as area_m2
from supply
where upper_inf(recorded)
  and ($1::text is null or division_code = $1)
  and (not $2::boolean or geom is null)
