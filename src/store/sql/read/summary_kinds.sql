-- How many findings of each kind has each county, on how much ground, on how many parcels?
-- flagged_area_m2 counts each square metre once. $1 county or null.
with flagged as (
    select f.division_code, f.flag as kind, count(*) as findings, sum(f.flagged_area_m2) as area_m2
    from current_run c
    join finding f using (run_id)
    where f.flag is not null and ($1::text is null or f.division_code = $1)
    group by f.division_code, f.flag
),
marked as (
    select s.division_code, k.kind, count(*) as parcels
    from current_run c
    join parcel_state s using (run_id)
    cross join lateral unnest(s.kinds) as k (kind)
    where ($1::text is null or s.division_code = $1)
    group by s.division_code, k.kind
)
select coalesce(f.division_code, m.division_code) as division_code,
       coalesce(f.kind, m.kind) as kind,
       coalesce(f.findings, 0) as count,
       coalesce(f.area_m2, 0) as area_m2,
       coalesce(m.parcels, 0) as parcels
from flagged f
full join marked m on m.division_code = f.division_code and m.kind = f.kind
order by 1, 2
