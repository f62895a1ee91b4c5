-- Where does our territory lie? One row, null when no division is loaded.
select st_xmin(e) as west, st_ymin(e) as south, st_xmax(e) as east, st_ymax(e) as north
from (select st_extent(geom)::box2d as e from division) x
