-- How many findings answer the filter, on how much ground counted once? $1 kind, $2 county, $3 outcome, $4 rule, $5 state.
select count(*) as count,
       coalesce(sum(f.flagged_area_m2), 0) as area_m2
from current_run c
join finding f using (run_id)
left join latest_determination l using (division_code, subject_kind, subject_code, rule_id)
where ($1::text is null or f.flag = $1)
  and ($2::text is null or f.division_code = $2)
  and ($3::text is null or f.outcome = $3)
  and ($4::text is null or f.rule_id = $4)
  and ($5::text is null
       or ($5 = 'any' and (f.flag is not null or l.state_after is not null))
       or coalesce(l.state_after, case when f.flag is not null then 'suspected' end) = $5)
