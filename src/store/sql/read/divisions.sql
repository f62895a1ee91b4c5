-- Where are the boundaries of the counties, and where is their name to be written?
select d.division_code,
       d.name,
       st_x(l.point) as label_lon,
       st_y(l.point) as label_lat,
       st_asgeojson(st_forcepolygonccw(d.geom), 9, 0) as geometry
from division d
cross join lateral (select st_pointonsurface(d.geom) as point) l
order by d.division_code
