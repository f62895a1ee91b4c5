-- Which rows of the register $1, present ones and those that the import ends, point to these firms ($2 divisions, $3 codes)?
select division_code, version_id, code, parcel_code, supply_code, enterprise_code, is_former,
    st_xmin(box2d(geom)) as west, st_ymin(box2d(geom)) as south, st_xmax(box2d(geom)) as east, st_ymax(box2d(geom)) as north
from (
    select r.division_code, r.version_id, r.code, r.parcel_code, r.supply_code, r.enterprise_code, false as is_former, r.geom
    from unnest($2::text[], $3::text[]) as k (division_code, code)
    join linked_row r on r.division_code = k.division_code and r.enterprise_code = k.code
    where r.kind = $1 and upper_inf(r.recorded)
    union all
    select f.division_code, f.version_id, f.code, f.parcel_code, f.supply_code, f.enterprise_code, true, f.geom
    from unnest($2::text[], $3::text[]) as k (division_code, code)
    join foreseen_row f on f.division_code = k.division_code and f.enterprise_code = k.code
    where f.kind = $1 and f.is_former
) found
