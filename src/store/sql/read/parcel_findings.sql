-- What does the current run say of one parcel? What flags it comes first. $1 division, $2 parcel.
select f.division_code, f.subject_kind, f.subject_code, f.rule_id, f.parcel_code, f.force, f.outcome, f.flag,
       f.flagged_area_m2, f.detail
from current_run c
join finding f using (run_id)
where f.division_code = $1 and f.parcel_code = $2
order by f.flag is null, f.subject_kind, f.subject_code, f.rule_id
