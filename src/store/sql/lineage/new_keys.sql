-- Which of these parcel versions ($1) name a parcel that was not a present one when they were recorded?
select p.version_id
from parcel p
where p.version_id = any($1) and upper_inf(p.recorded)
  and not exists (
      select from parcel q
      where q.parcel_code = p.parcel_code and q.division_code = p.division_code and upper(q.recorded) = lower(p.recorded)
  )
