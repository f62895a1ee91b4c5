-- What is known of one parcel, where did it come from, and what is its shape? $1 division, $2 parcel.
select p.division_code,
       p.parcel_code,
       d.name as division_name,
       p.location,
       p.right_holder,
       p.land_use_scheme,
       p.land_use_code,
       coalesce(s.kinds, '{}') as kinds,
       s.counted_kind,
       coalesce(s.flagged_area_m2, 0) as flagged_area_m2,
       coalesce(s.site_area_m2, p.documentary_area_m2, p.ellipsoidal_area_m2) as site_area_m2,
       coalesce(s.site_area_basis, case when p.documentary_area_m2 is null then 'ellipsoidal' else 'documentary' end) as site_area_basis,
       s.plot_ratio,
       s.building_density,
       s.building_count,
       p.industry_edition,
       p.industry_code,
       coalesce(s.undetermined_count, 0) as undetermined_count,
       coalesce(p.observed_on, i.observed_on) as observed_on,
       st_x(l.point) as label_lon,
       st_y(l.point) as label_lat,
       b.rule_id as basis,
       b.title as basis_title,
       k.kind_states,
       p.documentary_area_m2,
       p.ellipsoidal_area_m2,
       p.planar_area_m2,
       s.footprint_m2,
       s.counting_floor_area_m2,
       s.floor_area_basis,
       p.import_id,
       i.file_name,
       i.provider,
       i.is_synthetic,
       p.source_row,
       lower(p.recorded) as recorded_at,
       st_asgeojson(st_forcepolygonccw(p.geom), 9, 0) as geometry,
       array[st_xmin(p.geom), st_ymin(p.geom), st_xmax(p.geom), st_ymax(p.geom)] as bbox
from parcel p
join division d on d.division_code = p.division_code
join import i on i.import_id = p.import_id
left join current_run c on true
left join parcel_state s
       on s.run_id = c.run_id and s.division_code = p.division_code and s.parcel_code = p.parcel_code
cross join lateral (select st_pointonsurface(p.geom) as point) l
left join lateral (
    select f.rule_id, f.detail ->> 'title' as title
    from finding f
    where f.run_id = c.run_id and f.division_code = p.division_code
      and f.parcel_code = p.parcel_code and f.flag is not null
    order by f.flag is distinct from s.counted_kind, f.rule_id
    limit 1
) b on true
left join lateral (
    select jsonb_object_agg(flagged.flag, flagged.state) as kind_states
    from (
        select distinct on (f.flag) f.flag, coalesce(d.state_after, 'suspected') as state
        from finding f
        left join lateral (
            select d.state_after
            from determination d
            where d.division_code = f.division_code and d.subject_kind = f.subject_kind
              and d.subject_code = f.subject_code and d.rule_id = f.rule_id
            order by d.sequence desc
            limit 1
        ) d on true
        where f.run_id = c.run_id and f.division_code = p.division_code and f.parcel_code = p.parcel_code and f.flag is not null
        order by f.flag, f.rule_id
    ) flagged
) k on true
where upper_inf(p.recorded) and p.division_code = $1 and p.parcel_code = $2
