-- What does the current run say of one subject? What flags it comes first. $1 kind of subject, $2 division, $3 code.
select f.division_code, f.subject_kind, f.subject_code, f.rule_id, f.parcel_code, f.force, f.outcome, f.flag,
       f.flagged_area_m2, f.detail
from current_run c
join finding f using (run_id)
where f.subject_kind = $1 and f.division_code = $2 and f.subject_code = $3
order by f.flag is null, f.rule_id
