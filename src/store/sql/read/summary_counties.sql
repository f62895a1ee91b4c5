-- How many parcels, how much ground and how many open questions has each county?
-- $1 county or null.
select d.division_code,
       d.name,
       count(p.parcel_code) as parcels,
       coalesce(sum(coalesce(s.site_area_m2, p.documentary_area_m2, p.ellipsoidal_area_m2)), 0) as area_m2,
       count(*) filter (where s.undetermined_count > 0) as undetermined
from division d
left join parcel p on p.division_code = d.division_code and upper_inf(p.recorded)
left join current_run c on true
left join parcel_state s
       on s.run_id = c.run_id and s.division_code = p.division_code and s.parcel_code = p.parcel_code
where ($1::text is null or d.division_code = $1)
group by d.division_code, d.name
order by d.division_code
