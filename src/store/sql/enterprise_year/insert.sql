-- Which enterprise years of this import have no present version (any more)? They get one, from import $1 at $2; $3 is the file's date.
insert into enterprise_year (
    division_code, enterprise_code, year, size_class, tax_wan_yuan, land_area_m2, grade, grade_reason,
    observed_on, import_id, source_row, recorded
)
select
    s.division_code, s.enterprise_code, s.year, s.size_class, s.tax_wan_yuan, s.land_area_m2, s.grade,
    s.grade_reason, coalesce(s.observed_on, $3), $1, s.row_number, tstzrange($2, null)
from enterprise_year_staging s
where not exists (
    select from enterprise_year c
    where c.division_code = s.division_code and c.enterprise_code = s.enterprise_code and c.year = s.year and upper_inf(c.recorded)
)
order by s.row_number
