-- Which grounds lie in reach of the window that settle.sql set, and which of them are to be examined (1: here, 2: in another window)?
copy (
    select
        g.version_id,
        case
            when g.import_id <> w.import_id then 0
            when st_xmin(box2d(g.geom)) >= w.home[1] and st_ymin(box2d(g.geom)) >= w.home[2]
                and st_xmin(box2d(g.geom)) < w.home[3] and st_ymin(box2d(g.geom)) < w.home[4] then 1
            else 2
        end,
        g.division_code,
        g.ellipsoidal_area_m2,
        g.geom
    from ground_row g,
        (
            select current_setting('mujun.quality_import')::bigint as import_id,
                current_setting('mujun.quality_home')::double precision[] as home
            offset 0
        ) w
    where g.kind = current_setting('mujun.quality_kind')
        and g.planar_area_m2 is not null
        and g.geom && current_setting('mujun.quality_reach')::geometry
) to stdout (format binary)
