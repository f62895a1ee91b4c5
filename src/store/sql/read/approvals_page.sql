-- Which approvals are there, and how much of each is left? $1 county, $2 one number or null, $3–$4 key after which to go on, $5 rows.
select a.division_code,
       d.name as division_name,
       a.approval_number,
       a.batch_name,
       a.approval_level,
       a.approved_on,
       a.withdrawn_on,
       a.documentary_area_m2,
       a.ellipsoidal_area_m2,
       a.planar_area_m2,
       coalesce(a.observed_on, i.observed_on) as observed_on,
       a.geom is not null as has_geometry,
       a.import_id,
       i.file_name,
       a.source_row,
       f.outcome,
       f.flagged_area_m2,
       f.detail,
       case when f.flag is not null then coalesce(e.state_after, 'suspected') else e.state_after end as life_state,
       st_x(l.point) as label_lon,
       st_y(l.point) as label_lat
from approval a
join division d on d.division_code = a.division_code
join import i on i.import_id = a.import_id
left join current_run c on true
left join finding f
       on f.run_id = c.run_id and f.division_code = a.division_code and f.subject_kind = 'approval'
      and f.subject_code = a.approval_number and f.rule_id = 'approved-not-supplied'
left join lateral (
    select d.state_after
    from determination d
    where d.division_code = f.division_code and d.subject_kind = f.subject_kind
      and d.subject_code = f.subject_code and d.rule_id = f.rule_id
    order by d.sequence desc
    limit 1
) e on true
cross join lateral (select st_pointonsurface(coalesce(f.geom, a.geom)) as point) l
where upper_inf(a.recorded)
  and ($1::text is null or a.division_code = $1)
  and ($2::text is null or a.approval_number = $2)
  and ($3::text is null or (a.division_code, a.approval_number) > ($3, $4))
order by a.division_code, a.approval_number
limit $5
