-- Who reports, and for which division?
select reporting_unit_code, name, division_code from reporting_unit order by reporting_unit_code
