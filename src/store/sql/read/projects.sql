-- Which renovation projects are there, and which dated steps have they taken by $2? $1 county, $3–$4 key after which to go on, $5 rows, $6 one code or null.
select p.division_code,
       d.name as division_name,
       p.project_code,
       p.name,
       p.reporting_unit_code,
       p.renewal_measure,
       p.reported_area_m2,
       p.ellipsoidal_area_m2,
       p.ellipsoidal_area_m2 as ground_area_m2,
       coalesce(p.observed_on, i.observed_on) as observed_on,
       st_x(l.point) as label_lon,
       st_y(l.point) as label_lat,
       coalesce(e.events, '[]'::jsonb) as events
from project p
join division d on d.division_code = p.division_code
join import i on i.import_id = p.import_id
left join lateral (
    select jsonb_agg(jsonb_build_object('kind', v.event_kind, 'happened_on', v.happened_on, 'document', v.document)
                     order by v.happened_on,
                              array_position(array['determined', 'plan_approved', 'vacated', 'supplied', 'started', 'completed', 'accepted'],
                                             v.event_kind)) as events
    from project_event v
    where upper_inf(v.recorded) and v.division_code = p.division_code and v.project_code = p.project_code
      and ($2::date is null or v.happened_on <= $2)
) e on true
cross join lateral (select st_pointonsurface(p.geom) as point) l
where upper_inf(p.recorded)
  and ($1::text is null or p.division_code = $1)
  and ($6::text is null or p.project_code = $6)
  and ($3::text is null or (p.division_code, p.project_code) > ($3, $4))
order by p.division_code, p.project_code
limit $5
