-- Which findings answer the filter? $1 kind, $2 county, $3 outcome, $4 rule, $5–$8 key after which to go on, $9 rows,
-- $10 “any”: every flag and whatever people decided about; “suspected”: flags that nobody has looked at or that are looked
-- at again. What stands elsewhere is few: findings_decided_page.sql begins at the decisions.
-- The run is a scalar, so that the key's index gives the order and the page ends early.
with page as (
    select f.*, l.state_after as life_state, l.sequence as life_sequence, l.decided_on as life_decided_on
    from finding f
    left join lateral (
        select d.state_after, d.sequence, d.decided_on
        from determination d
        where d.division_code = f.division_code and d.subject_kind = f.subject_kind
          and d.subject_code = f.subject_code and d.rule_id = f.rule_id
        order by d.sequence desc
        limit 1
    ) l on true
    where f.run_id = (select run_id from current_run)
      and ($1::text is null or f.flag = $1)
      and ($2::text is null or f.division_code = $2)
      and ($3::text is null or f.outcome = $3)
      and ($4::text is null or f.rule_id = $4)
      and ($10::text is null
           or ($10 = 'any' and (f.flag is not null or l.state_after is not null))
           or ($10 = 'suspected' and coalesce(l.state_after, case when f.flag is not null then 'suspected' end) = 'suspected'))
      and ($5::text is null
           or (f.division_code, f.subject_kind, f.subject_code, f.rule_id) > ($5, $6, $7, $8))
    order by f.division_code, f.subject_kind, f.subject_code, f.rule_id
    limit $9
)
select f.division_code, f.subject_kind, f.subject_code, f.rule_id, f.parcel_code, f.force, f.outcome, f.flag,
       f.flagged_area_m2, f.detail, f.life_state, f.life_sequence, f.life_decided_on,
       st_x(l.point) as label_lon,
       st_y(l.point) as label_lat
from page f
left join parcel p
       on upper_inf(p.recorded) and p.division_code = f.division_code and p.parcel_code = f.parcel_code
left join approval a
       on f.subject_kind = 'approval' and upper_inf(a.recorded)
      and a.division_code = f.division_code and a.approval_number = f.subject_code
left join supply s
       on f.subject_kind = 'supply' and upper_inf(s.recorded)
      and s.division_code = f.division_code and s.supply_code = f.subject_code
left join lateral (select st_pointonsurface(coalesce(f.geom, p.geom, s.geom, a.geom)) as point) l on true
order by f.division_code, f.subject_kind, f.subject_code, f.rule_id
