-- How much of what was approved has been supplied, by county and year of approval? $1 county or null, $2 year or null.
-- Approvals in force on the day of the current run; those without an outline are counted and have no area.
select s.division_code,
       coalesce(d.name, s.division_code) as name,
       extract(year from s.approved_on)::integer as year,
       count(*) as approvals,
       count(*) filter (where s.ground_m2 is null) as without_geometry,
       coalesce(sum(s.ground_m2), 0) as approved_m2,
       coalesce(sum(s.supplied_m2), 0) as supplied_m2,
       coalesce(sum(s.deducted_m2), 0) as deducted_m2,
       coalesce(sum(s.sliver_m2), 0) as sliver_m2,
       coalesce(sum(s.leftover_m2), 0) as leftover_m2,
       coalesce(sum(s.counted_m2), 0) as counted_m2
from current_run c
join approval_state s using (run_id)
left join division d on d.division_code = s.division_code
where s.standing = 'in_force'
  and ($1::text is null or s.division_code = $1)
  and ($2::integer is null or extract(year from s.approved_on) = $2)
group by 1, 2, 3
order by 1, 3 nulls last
