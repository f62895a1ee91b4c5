-- Which flagged findings of the current run, each as one GeoJSON feature? Its geometry is the flagged ground where that was computed, else the subject's.
-- $1 county, $2 kind, $3 box (EWKT, 4490), $4–$5 first and last day of observation, $6 one code or null,
-- $7–$8 key after which to go on, $9 rows, $10 rows to pass over.
-- Each feature leaves here as finished text: nobody parses it again.
select f.division_code,
       f.subject_kind || ':' || f.rule_id || ':' || f.subject_code as code,
       jsonb_build_object(
           'division_code', f.division_code,
           'subject_kind', f.subject_kind,
           'subject_code', f.subject_code,
           'parcel_code', f.parcel_code,
           'rule_id', f.rule_id,
           'force', f.force,
           'outcome', f.outcome,
           'kind', f.flag,
           'flagged_area_m2', f.flagged_area_m2,
           'as_of', r.as_of,
           'run_id', r.run_id,
           'rulebook_digest', r.rulebook_digest)::text as properties,
       st_asgeojson(st_forcepolygonccw(g.shape), 9, 0) as geometry
from current_run c
join run r using (run_id)
join finding f using (run_id)
left join parcel p
       on upper_inf(p.recorded) and p.division_code = f.division_code and p.parcel_code = f.parcel_code
left join supply s
       on f.subject_kind = 'supply' and upper_inf(s.recorded)
      and s.division_code = f.division_code and s.supply_code = f.subject_code
left join approval a
       on f.subject_kind = 'approval' and upper_inf(a.recorded)
      and a.division_code = f.division_code and a.approval_number = f.subject_code
cross join lateral (select coalesce(f.geom, p.geom, s.geom, a.geom) as shape) g
where f.flag is not null
  and ($1::text is null or f.division_code = $1)
  and ($2::text is null or f.flag = $2)
  and ($3::text is null or g.shape is null or st_intersects(g.shape, st_geomfromewkt($3)))
  and ($4::date is null or r.as_of >= $4)
  and ($5::date is null or r.as_of <= $5)
  and ($6::text is null or f.subject_kind || ':' || f.rule_id || ':' || f.subject_code = $6)
  and ($7::text is null or (f.division_code, f.subject_kind || ':' || f.rule_id || ':' || f.subject_code) > ($7, $8))
order by f.division_code, f.subject_kind || ':' || f.rule_id || ':' || f.subject_code
limit $9 offset $10
