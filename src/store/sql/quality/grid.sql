-- How are the grounds of the register $1 spread over cells of a 128th of a degree, and how far do those of the import $2 reach?
-- The box of a ground lies beside it and is read without the ground.
select
    floor(st_xmin(box2d(g.geom)) * 128)::integer as x,
    floor(st_ymin(box2d(g.geom)) * 128)::integer as y,
    count(*) filter (where g.import_id = $2 and g.planar_area_m2 is not null) as imported,
    count(*) filter (where g.import_id = $2 and g.planar_area_m2 is null) as off_plane,
    count(*) as present,
    sum(pg_column_size(g.geom))::bigint as bytes,
    coalesce(max(st_xmax(box2d(g.geom))) filter (where g.import_id = $2), '-infinity') as east,
    coalesce(max(st_ymax(box2d(g.geom))) filter (where g.import_id = $2), '-infinity') as north
from ground_row g
where g.kind = $1
group by 1, 2
order by 1, 2
