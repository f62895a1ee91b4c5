-- Which parcels answer the filter, in which order, from which key on?
-- $1 kind, $2 county, $3 only undetermined, $4 text to find, $5 box (EWKT, 4490), $6 order,
-- $7–$9 key after which to go on, $10 rows. Descending orders are ascending orders of the negated value; rows without a value come last.
with listed as (
    select p.division_code,
           p.parcel_code,
           p.location,
           p.right_holder,
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
           p.geom,
           c.run_id,
           case $6
               when 'area' then coalesce(s.site_area_m2, p.documentary_area_m2, p.ellipsoidal_area_m2)
               when '-area' then -coalesce(s.site_area_m2, p.documentary_area_m2, p.ellipsoidal_area_m2)
               when 'plot_ratio' then coalesce(s.plot_ratio, 'Infinity')
               when '-plot_ratio' then coalesce(-s.plot_ratio, 'Infinity')
               else 0
           end as sort_key
    from parcel p
    join import i on i.import_id = p.import_id
    left join current_run c on true
    left join parcel_state s
           on s.run_id = c.run_id and s.division_code = p.division_code and s.parcel_code = p.parcel_code
    where upper_inf(p.recorded)
      and ($1::text is null or $1 = any (s.kinds))
      and ($2::text is null or p.division_code = $2)
      and (not $3::boolean or s.undetermined_count > 0)
      and ($4::text is null
           or strpos(lower(p.parcel_code), lower($4)) > 0
           or strpos(lower(p.location), lower($4)) > 0
           or strpos(lower(p.right_holder), lower($4)) > 0)
      and ($5::text is null or st_intersects(p.geom, st_geomfromewkt($5)))
),
page as (
    select *
    from listed
    where $7::double precision is null or (sort_key, division_code, parcel_code) > ($7, $8, $9)
    order by sort_key, division_code, parcel_code
    limit $10
)
select page.division_code,
       page.parcel_code,
       d.name as division_name,
       page.location,
       page.right_holder,
       page.kinds,
       page.counted_kind,
       page.flagged_area_m2,
       page.site_area_m2,
       page.site_area_basis,
       page.plot_ratio,
       page.building_density,
       page.building_count,
       page.industry_edition,
       page.industry_code,
       page.undetermined_count,
       page.observed_on,
       st_x(l.point) as label_lon,
       st_y(l.point) as label_lat,
       b.rule_id as basis,
       b.title as basis_title,
       k.kind_states,
       page.sort_key
from page
join division d on d.division_code = page.division_code
cross join lateral (select st_pointonsurface(page.geom) as point) l
left join lateral (
    select f.rule_id, f.detail ->> 'title' as title
    from finding f
    where f.run_id = page.run_id and f.division_code = page.division_code
      and f.parcel_code = page.parcel_code and f.flag is not null
    order by f.flag is distinct from page.counted_kind, f.rule_id
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
        where f.run_id = page.run_id and f.division_code = page.division_code and f.parcel_code = page.parcel_code and f.flag is not null
        order by f.flag, f.rule_id
    ) flagged
) k on true
order by page.sort_key, page.division_code, page.parcel_code
