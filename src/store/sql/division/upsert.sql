-- Which divisions of this import are new, and which have another name or boundary than recorded?
-- Divisions are not versioned: the present boundary of the ministry's list holds for every date.
with present as (
    select division_code from division
),
written as (
    insert into division as d (division_code, name, geom)
    select s.division_code, s.name, s.geom from division_staging s
    on conflict (division_code) do update set name = excluded.name, geom = excluded.geom
    where (d.name, d.geom) is distinct from (excluded.name, excluded.geom)
    returning d.division_code
)
select
    count(*) filter (where p.division_code is null) as new_rows,
    count(*) filter (where p.division_code is not null) as changed_rows
from written w
left join present p on p.division_code = w.division_code
