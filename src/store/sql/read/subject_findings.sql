-- What does the current run say of one subject? What flags it comes first. $1 kind of subject, $2 division, $3 code.
select f.division_code, f.subject_kind, f.subject_code, f.rule_id, f.parcel_code, f.force, f.outcome, f.flag,
       f.flagged_area_m2, f.detail,
       l.state_after as life_state, l.sequence as life_sequence, l.decided_on as life_decided_on
from current_run c
join finding f using (run_id)
left join lateral (
    select d.state_after, d.sequence, d.decided_on
    from determination d
    where d.division_code = f.division_code and d.subject_kind = f.subject_kind
      and d.subject_code = f.subject_code and d.rule_id = f.rule_id
    order by d.sequence desc
    limit 1
) l on true
where f.subject_kind = $1 and f.division_code = $2 and f.subject_code = $3
order by f.flag is null, f.rule_id
