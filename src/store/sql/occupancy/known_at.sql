-- Which occupancies were recorded at the instant $1 (null: now)?
select
    version_id, import_id, source_row, lower(recorded), observed_on, division_code, occupancy_code,
    enterprise_code, parcel_code, occupied_area_m2, from_on, until_on, tenure
from occupancy
where ($1::timestamptz is null and upper_inf(recorded)) or recorded @> $1
