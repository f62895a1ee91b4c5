-- How many findings did people bring to the state $5, on how much ground counted once? $1 kind, $2 county, $3 outcome, $4 rule.
select count(*) as count,
       coalesce(sum(f.flagged_area_m2), 0) as area_m2
from latest_determination l
join finding f using (division_code, subject_kind, subject_code, rule_id)
where f.run_id = (select run_id from current_run)
  and l.state_after = $5
  and ($1::text is null or f.flag = $1)
  and ($2::text is null or f.division_code = $2)
  and ($3::text is null or f.outcome = $3)
  and ($4::text is null or f.rule_id = $4)
