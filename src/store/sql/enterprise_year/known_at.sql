-- Which enterprise years were recorded at the instant $1 (null: now)?
select
    version_id, import_id, source_row, lower(recorded), observed_on, division_code, enterprise_code, year,
    size_class, tax_wan_yuan, land_area_m2, grade, grade_reason
from enterprise_year
where ($1::timestamptz is null and upper_inf(recorded)) or recorded @> $1
