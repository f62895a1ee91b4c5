-- Which approved and never supplied ground does the tile show?
-- $1 z, $2 x, $3 y, $4–$7 the tile with its margin in degrees (west, south, east, north).
-- Half a pixel (of 512 to a tile) is what simplification may move an edge. A polygon that collapses is kept as a point in
-- leftovers_tiny, and every feature has one label point; both in the one tile that holds the point.
with env as (
    select st_tileenvelope($1, $2, $3) as core,
           st_makeenvelope($4, $5, $6, $7, 4490) as box,
           (st_xmax(st_tileenvelope($1, $2, $3)) - st_xmin(st_tileenvelope($1, $2, $3))) / 1024 as half_pixel
),
hit as (
    select a.version_id as id,
           f.division_code,
           f.subject_code as approval_number,
           f.flagged_area_m2 * 3 / 2000 as area_mu,
           f.geom as shape
    from current_run c
    join finding f using (run_id)
    join approval a
      on upper_inf(a.recorded) and a.division_code = f.division_code and a.approval_number = f.subject_code
    where f.subject_kind = 'approval' and f.flag = 'approved_not_supplied' and f.geom && (select box from env)
),
placed as (
    select hit.*,
           st_transform(hit.shape, 3857) as flat,
           st_transform(st_pointonsurface(hit.shape), 3857) as label
    from hit
),
drawn as (
    select placed.*,
           st_asmvtgeom(st_simplify(flat, half_pixel), core, 4096, 64, true) as area,
           case when st_x(label) >= st_xmin(core) and st_x(label) < st_xmax(core)
                 and st_y(label) >= st_ymin(core) and st_y(label) < st_ymax(core)
                then st_asmvtgeom(label, core, 4096, 64, true) end as point
    from placed, env
)
select coalesce((select st_asmvt(t, 'leftovers', 4096, 'geom', 'id')
                 from (select id, division_code, approval_number, area_mu, area as geom from drawn where area is not null order by id) t), '')
    || coalesce((select st_asmvt(t, 'leftovers_tiny', 4096, 'geom', 'id')
                 from (select id, division_code, approval_number, area_mu, point as geom from drawn
                       where area is null and point is not null order by id) t), '')
    || coalesce((select st_asmvt(t, 'leftovers_label', 4096, 'geom', 'id')
                 from (select id, division_code, approval_number, area_mu, point as geom from drawn where point is not null order by id) t), '') as tile
