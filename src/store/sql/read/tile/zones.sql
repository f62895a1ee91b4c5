-- Which zones lie in a box? $1–$4 west, south, east, north in degrees, $5 at most so many.
select id, division_code, zone_code, zone_type_code, zone_type_name, is_industrial, geom
from display_zone
where geom && st_makeenvelope($1, $2, $3, $4, 4490)
limit $5
