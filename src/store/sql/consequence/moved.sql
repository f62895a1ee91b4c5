-- Which rows of the register $1 does the import $2 bring, and which does it end, in an order in which neighbours stay together?
-- Boxes are enough: whatever lies near is looked at exactly later.
insert into foreseen_row (place, kind, division_code, version_id, code, parcel_code, supply_code, enterprise_code, is_former, geom)
select
    row_number() over (order by moved.geom, moved.division_code, moved.code, moved.version_id),
    moved.kind, moved.division_code, moved.version_id, moved.code, moved.parcel_code, moved.supply_code, moved.enterprise_code,
    moved.is_former, moved.geom
from (
    select r.kind, r.division_code, r.version_id, r.code, r.parcel_code, r.supply_code, r.enterprise_code, false as is_former,
        st_setsrid(st_envelope(r.geom), 4490) as geom
    from linked_row r
    where r.kind = $1 and r.import_id = $2 and upper_inf(r.recorded)
    union all
    select r.kind, r.division_code, r.version_id, r.code, r.parcel_code, r.supply_code, r.enterprise_code, true,
        st_setsrid(st_envelope(r.geom), 4490)
    from linked_row r
    where r.kind = $1 and not upper_inf(r.recorded) and upper(r.recorded) = $3
) moved
