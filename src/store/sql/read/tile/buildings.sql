-- Which buildings lie in a box? $1–$4 west, south, east, north in degrees, $5 at most so many.
select id, division_code, building_code, storeys, geom
from display_building
where geom && st_makeenvelope($1, $2, $3, $4, 4490)
limit $5
