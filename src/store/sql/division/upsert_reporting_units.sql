-- Who reports? Every division does, under its own code; the two development zones have no national code and lie inside divisions.
insert into reporting_unit as u (reporting_unit_code, name, division_code)
select division_code, name, division_code from division_staging
union all
select zone.code, zone.name, null
from (values ('jx-jkq', '嘉兴经济技术开发区'), ('jx-gq', '嘉兴港区')) as zone (code, name)
where exists (select from division_staging where division_code like '3304%')
on conflict (reporting_unit_code) do update set name = excluded.name
where u.name is distinct from excluded.name
