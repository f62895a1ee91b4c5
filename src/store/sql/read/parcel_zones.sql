-- What does the plan say of the parcel's ground, by share of it? $1 division, $2 parcel.
-- Shares that the card would print as 0.0 % are touching edges, not uses.
select z.zone_type_code,
       z.zone_type_name,
       z.is_industrial,
       sum(st_area(st_intersection(z.geom, p.geom)) / st_area(p.geom)) as share
from parcel p
join plan_zone z on upper_inf(z.recorded) and st_intersects(z.geom, p.geom)
where upper_inf(p.recorded) and p.division_code = $1 and p.parcel_code = $2
group by z.zone_type_code, z.zone_type_name, z.is_industrial
having sum(st_area(st_intersection(z.geom, p.geom)) / st_area(p.geom)) >= 0.0005
order by share desc, z.zone_type_code
