-- Which of these parcel versions ($1) does the file being imported not bring, neither changed nor unchanged?
select p.version_id
from parcel p
where p.version_id = any($1) and upper_inf(p.recorded)
  and not exists (
      select from parcel_staging s where s.division_code = p.division_code and s.parcel_code = p.parcel_code
  )
