-- Which renovation projects, each as one GeoJSON feature? A project without geometry answers every box.
-- $1 county, $2 kind, $3 box (EWKT, 4490), $4–$5 first and last day of observation, $6 one code or null,
-- $7–$8 key after which to go on, $9 rows, $10 rows to pass over.
-- Each feature leaves here as finished text: nobody parses it again.
select p.division_code,
       p.project_code as code,
       jsonb_build_object(
           'division_code', p.division_code,
           'project_code', p.project_code,
           'name', p.name,
           'reporting_unit_code', p.reporting_unit_code,
           'renewal_measure', p.renewal_measure,
           'reported_area_m2', p.reported_area_m2,
           'ellipsoidal_area_m2', p.ellipsoidal_area_m2,
           'planar_area_m2', p.planar_area_m2,
           'stage', e.event_kind,
           'stage_on', e.happened_on,
           'observed_on', coalesce(p.observed_on, i.observed_on),
           'recorded_at', lower(p.recorded),
           'is_synthetic', i.is_synthetic)::text as properties,
       st_asgeojson(st_forcepolygonccw(p.geom), 9, 0) as geometry
from project p
join import i on i.import_id = p.import_id
left join lateral (
    select v.event_kind, v.happened_on
    from project_event v
    where upper_inf(v.recorded) and v.division_code = p.division_code and v.project_code = p.project_code
    order by v.happened_on desc,
             array_position(array['determined', 'plan_approved', 'vacated', 'supplied', 'started', 'completed', 'accepted'],
                            v.event_kind) desc
    limit 1
) e on true
where upper_inf(p.recorded)
  and ($1::text is null or p.division_code = $1)
  and ($2::text is null or p.renewal_measure = $2)
  and ($3::text is null or p.geom is null or st_intersects(p.geom, st_geomfromewkt($3)))
  and ($4::date is null or coalesce(p.observed_on, i.observed_on) is null or coalesce(p.observed_on, i.observed_on) >= $4)
  and ($5::date is null or coalesce(p.observed_on, i.observed_on) is null or coalesce(p.observed_on, i.observed_on) <= $5)
  and ($6::text is null or p.project_code = $6)
  and ($7::text is null or (p.division_code, p.project_code) > ($7, $8))
order by p.division_code, p.project_code
limit $9 offset $10
