-- How many flags answer the filter, on how much ground counted once? $1 kind, $2 county, $3 outcome, $4 rule,
-- $5 “any”: every flag and whatever people decided about; “suspected”: those of them that nobody has looked at or that are
-- looked at again. Flags have an index of their own, and the decisions are few: neither is joined to all findings.
with decided as (
    select f.flag, f.division_code, f.outcome, f.rule_id, f.flagged_area_m2, l.state_after as state
    from latest_determination l
    join finding f using (division_code, subject_kind, subject_code, rule_id)
    where f.run_id = (select run_id from current_run)
      and ($1::text is null or f.flag = $1)
      and ($2::text is null or f.division_code = $2)
      and ($3::text is null or f.outcome = $3)
      and ($4::text is null or f.rule_id = $4)
),
flagged as (
    select count(*) as count, coalesce(sum(f.flagged_area_m2), 0) as area_m2
    from finding f
    where f.run_id = (select run_id from current_run) and f.flag is not null
      and ($1::text is null or f.flag = $1)
      and ($2::text is null or f.division_code = $2)
      and ($3::text is null or f.outcome = $3)
      and ($4::text is null or f.rule_id = $4)
)
select flagged.count
           + count(d.state) filter (where d.flag is null and ($5 = 'any' or d.state = 'suspected'))
           - count(d.state) filter (where d.flag is not null and $5 = 'suspected' and d.state <> 'suspected') as count,
       greatest(flagged.area_m2 - coalesce(sum(d.flagged_area_m2) filter (where $5 = 'suspected' and d.state <> 'suspected'), 0), 0)
           as area_m2
from flagged
left join decided d on true
group by flagged.count, flagged.area_m2
