-- Which outlines that are registered now in the registers $1 meet these boxes ($2 … $5: west, south, east, north in degrees)? Not more
-- than $6 a box, so that one large box cannot ask for a whole city.
select st_asbinary(near.geom)
from (
    select distinct on (g.kind, g.version_id) g.geom
    from unnest($2::double precision[], $3::double precision[], $4::double precision[], $5::double precision[])
        as b (west, south, east, north)
    cross join lateral (
        select r.kind, r.version_id, r.geom
        from ground_row r
        where r.kind = any($1) and r.geom && st_makeenvelope(b.west, b.south, b.east, b.north, 4490)
        limit $6
    ) g
) near
