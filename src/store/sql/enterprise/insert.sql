-- Which enterprises of this import have no present version (any more)? They get one, from import $1 at $2; $3 is the file's date.
insert into enterprise (
    division_code, enterprise_code, name, industry_edition, industry_code, observed_on, import_id, source_row,
    recorded
)
select
    s.division_code, s.enterprise_code, s.name, s.industry_edition, s.industry_code,
    coalesce(s.observed_on, $3), $1, s.row_number, tstzrange($2, null)
from enterprise_staging s
where not exists (
    select from enterprise c
    where c.division_code = s.division_code and c.enterprise_code = s.enterprise_code and upper_inf(c.recorded)
)
order by s.row_number
