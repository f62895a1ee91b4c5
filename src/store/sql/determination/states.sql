-- How many flags stand where, on how much ground counted once, flagged now or not? $1 county or null.
-- Flags that nobody has looked at are suspected; what a later run no longer flags stays where people left it.
with standing as (
    select coalesce(l.state_after, 'suspected') as state, f.flagged_area_m2, true as is_flagged
    from current_run c
    join finding f using (run_id)
    left join latest_determination l using (division_code, subject_kind, subject_code, rule_id)
    where f.flag is not null and ($1::text is null or f.division_code = $1)
    union all
    select l.state_after, 0, false
    from latest_determination l
    where ($1::text is null or l.division_code = $1)
      and not exists (
          select 1
          from current_run c
          join finding f using (run_id)
          where f.division_code = l.division_code and f.subject_kind = l.subject_kind
            and f.subject_code = l.subject_code and f.rule_id = l.rule_id and f.flag is not null
      )
)
select state, count(*) as count, coalesce(sum(flagged_area_m2), 0) as area_m2,
       count(*) filter (where not is_flagged) as no_longer_flagged
from standing
group by state
order by state
