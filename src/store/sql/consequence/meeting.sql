-- Which rows of the register $1, present ones and those that the import ends, meet these boxes ($2 … $5: west, south, east, north)?
-- A row that meets two boxes comes twice.
select near.division_code, near.version_id, near.code, near.parcel_code, near.supply_code, near.enterprise_code, near.is_former,
    st_xmin(box2d(near.geom)) as west, st_ymin(box2d(near.geom)) as south,
    st_xmax(box2d(near.geom)) as east, st_ymax(box2d(near.geom)) as north
from unnest($2::double precision[], $3::double precision[], $4::double precision[], $5::double precision[])
    as b (west, south, east, north)
cross join lateral (
    select r.division_code, r.version_id, r.code, r.parcel_code, r.supply_code, r.enterprise_code, false as is_former, r.geom
    from linked_row r
    where r.kind = $1 and upper_inf(r.recorded) and r.geom && st_makeenvelope(b.west, b.south, b.east, b.north, 4490)
    union all
    select f.division_code, f.version_id, f.code, f.parcel_code, f.supply_code, f.enterprise_code, true, f.geom
    from foreseen_row f
    where f.kind = $1 and f.is_former and f.geom && st_makeenvelope(b.west, b.south, b.east, b.north, 4490)
) near
