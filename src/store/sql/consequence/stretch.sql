-- Which rows come after the place $1 in the list, at most $2?
select place, kind, division_code, version_id, code, parcel_code, supply_code, enterprise_code, is_former,
    st_xmin(box2d(geom)) as west, st_ymin(box2d(geom)) as south, st_xmax(box2d(geom)) as east, st_ymax(box2d(geom)) as north
from foreseen_row
where place > $1
order by place
limit $2
