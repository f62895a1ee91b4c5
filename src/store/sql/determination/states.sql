-- How many flags stand where, on how much ground counted once, flagged now or not? $1 county or null.
-- Flags that nobody has looked at are suspected: all flags less those decided about, which are few. What a later run no
-- longer flags stays where people left it.
with decided as (
    select l.state_after as state, f.flag is not null as is_flagged, f.flagged_area_m2
    from latest_determination l
    left join finding f
           on f.run_id = (select run_id from current_run) and f.division_code = l.division_code
          and f.subject_kind = l.subject_kind and f.subject_code = l.subject_code and f.rule_id = l.rule_id
    where $1::text is null or l.division_code = $1
),
flagged as (
    select count(*) as count, coalesce(sum(f.flagged_area_m2), 0) as area_m2
    from finding f
    where f.run_id = (select run_id from current_run) and f.flag is not null and ($1::text is null or f.division_code = $1)
)
select 'suspected' as state,
       flagged.count - count(d.state) filter (where d.is_flagged) + count(*) filter (where d.state = 'suspected') as count,
       greatest(flagged.area_m2 - coalesce(sum(d.flagged_area_m2) filter (where d.state <> 'suspected'), 0), 0) as area_m2,
       count(*) filter (where d.state = 'suspected' and not d.is_flagged) as no_longer_flagged
from flagged
left join decided d on true
group by flagged.count, flagged.area_m2
union all
select state, count(*), coalesce(sum(flagged_area_m2), 0), count(*) filter (where not is_flagged)
from decided
where state <> 'suspected'
group by state
order by 1
