-- What are the shapes of an approval and of what is left of it? $1 division, $2 number.
select st_asgeojson(st_forcepolygonccw(a.geom), 9, 0) as geometry,
       st_asgeojson(st_forcepolygonccw(f.geom), 9, 0) as leftover_geometry
from approval a
left join current_run c on true
left join finding f
       on f.run_id = c.run_id and f.division_code = a.division_code and f.subject_kind = 'approval'
      and f.subject_code = a.approval_number and f.rule_id = 'approved-not-supplied'
where upper_inf(a.recorded) and a.division_code = $1 and a.approval_number = $2
