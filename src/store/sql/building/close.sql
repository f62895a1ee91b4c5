-- Which recorded buildings does this import change? Their present version ends where the new one begins ($1).
-- A version that began at the same instant was never visible to anybody: it is withdrawn, not closed to an empty range.
-- Areas follow from the geometry, and the date of the file alone is no change: neither is compared.
with changed as materialized (
    select c.division_code, c.version_id, lower(c.recorded) = $1 as unseen
    from building c
    join building_staging s on c.division_code = s.division_code and c.building_code = s.building_code
    where upper_inf(c.recorded)
      and (
        (s.parcel_code, s.name, s.building_use, s.storeys_above, s.storey_height_m, s.height_m,
            s.stated_floor_area_m2, s.stated_footprint_m2, s.completed_on)
        is distinct from
        (c.parcel_code, c.name, c.building_use, c.storeys_above, c.storey_height_m, c.height_m,
            c.stated_floor_area_m2, c.stated_footprint_m2, c.completed_on)
        or (s.observed_on is not null and s.observed_on is distinct from c.observed_on)
        or s.geom is distinct from c.geom
      )
),
withdrawn as (
    delete from building c using changed
    where c.division_code = changed.division_code and c.version_id = changed.version_id and changed.unseen
    returning 1
),
closed as (
    update building c set recorded = tstzrange(lower(c.recorded), $1)
    from changed
    where c.division_code = changed.division_code and c.version_id = changed.version_id and not changed.unseen
    returning 1
)
select (select count(*) from withdrawn) + (select count(*) from closed) as changed
