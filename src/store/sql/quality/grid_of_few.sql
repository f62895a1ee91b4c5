-- In which cells of a 128th of a degree do the grounds of the register $1 begin that the import $2 brought, how far do they reach, and how
-- many grounds of the register meet these cells? The rest of the register is not looked at.
with brought as materialized (
    select
        floor(st_xmin(box2d(g.geom)) * 128)::integer as x,
        floor(st_ymin(box2d(g.geom)) * 128)::integer as y,
        count(*) filter (where g.planar_area_m2 is not null) as imported,
        count(*) filter (where g.planar_area_m2 is null) as off_plane,
        max(st_xmax(box2d(g.geom))) as east,
        max(st_ymax(box2d(g.geom))) as north
    from ground_row g
    where g.kind = $1 and g.import_id = $2
    group by 1, 2
)
select b.x, b.y, b.imported, b.off_plane, near.present, near.bytes, b.east, b.north
from brought b
cross join lateral (
    select count(*) as present, coalesce(sum(pg_column_size(g.geom)), 0)::bigint as bytes
    from ground_row g
    where g.kind = $1 and g.geom && st_makeenvelope(b.x / 128.0, b.y / 128.0, (b.x + 1) / 128.0, (b.y + 1) / 128.0, 4490)
) near
order by b.x, b.y
