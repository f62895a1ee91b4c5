-- How many findings answer the filter, on how much ground counted once? $1 kind, $2 county, $3 outcome, $4 rule.
select count(*) as count,
       coalesce(sum(f.flagged_area_m2), 0) as area_m2
from current_run c
join finding f using (run_id)
where ($1::text is null or f.flag = $1)
  and ($2::text is null or f.division_code = $2)
  and ($3::text is null or f.outcome = $3)
  and ($4::text is null or f.rule_id = $4)
