-- Which buildings stand on the parcel, and with how much of their footprint? $1 division, $2 parcel.
-- The share inside is a ratio of two areas of the same small place, so degrees do for it;
-- the footprint is that share of the area measured at import.
select b.division_code,
       b.building_code,
       b.name,
       b.building_use,
       b.storeys_above,
       b.storey_height_m,
       b.height_m,
       b.stated_floor_area_m2,
       b.ellipsoidal_area_m2,
       o.share,
       b.ellipsoidal_area_m2 * o.share as footprint_m2
from parcel p
join building b on upper_inf(b.recorded) and st_intersects(b.geom, p.geom)
cross join lateral (select st_area(st_intersection(b.geom, p.geom)) / st_area(b.geom) as share) o
where upper_inf(p.recorded) and p.division_code = $1 and p.parcel_code = $2 
  -- Less than 1 cm² is a shared edge seen through rounding, not a building on the parcel.
  and b.ellipsoidal_area_m2 * o.share > 1e-4
order by footprint_m2 desc, b.building_code
