-- How much of each register is there to be drawn, and how old is it? $1 county or null.
select 'parcels' as id, count(*) as count, coalesce(sum(coalesce(documentary_area_m2, ellipsoidal_area_m2)), 0) as area_m2,
       max(coalesce(observed_on, (select i.observed_on from import i where i.import_id = t.import_id))) as observed_on, 0::bigint as without_geometry
from parcel t where upper_inf(recorded) and ($1::text is null or division_code = $1)
union all
select 'buildings', count(*), coalesce(sum(ellipsoidal_area_m2), 0), max(coalesce(observed_on, (select i.observed_on from import i where i.import_id = t.import_id))), 0
from building t where upper_inf(recorded) and ($1::text is null or division_code = $1)
union all
select 'approvals', count(*), coalesce(sum(coalesce(documentary_area_m2, ellipsoidal_area_m2)), 0), max(coalesce(observed_on, (select i.observed_on from import i where i.import_id = t.import_id))),
       count(*) filter (where geom is null)
from approval t where upper_inf(recorded) and ($1::text is null or division_code = $1)
union all
select 'supplies', count(*), coalesce(sum(coalesce(documentary_area_m2, ellipsoidal_area_m2)), 0), max(coalesce(observed_on, (select i.observed_on from import i where i.import_id = t.import_id))),
       count(*) filter (where geom is null)
from supply t where upper_inf(recorded) and ($1::text is null or division_code = $1)
union all
select 'zones', count(*), coalesce(sum(ellipsoidal_area_m2), 0), max(coalesce(observed_on, (select i.observed_on from import i where i.import_id = t.import_id))), 0
from plan_zone t where upper_inf(recorded) and ($1::text is null or division_code = $1)
union all
select 'projects', count(*), coalesce(sum(coalesce(reported_area_m2, ellipsoidal_area_m2)), 0), max(coalesce(observed_on, (select i.observed_on from import i where i.import_id = t.import_id))),
       count(*) filter (where geom is null)
from project t where upper_inf(recorded) and ($1::text is null or division_code = $1)
union all
select 'leftovers', count(*), coalesce(sum(f.flagged_area_m2), 0), max(r.as_of), count(*) filter (where f.geom is null)
from current_run c
join run r using (run_id)
join finding f using (run_id)
where f.flag = 'approved_not_supplied' and ($1::text is null or f.division_code = $1)
