-- Which recorded occupancies does this import change? Their present version ends where the new one begins ($1).
-- A version that began at the same instant was never visible to anybody: it is withdrawn, not closed to an empty range.
-- Areas follow from the geometry, and the date of the file alone is no change: neither is compared.
with changed as materialized (
    select c.division_code, c.version_id, lower(c.recorded) = $1 as unseen
    from occupancy c
    join occupancy_staging s on c.division_code = s.division_code and c.occupancy_code = s.occupancy_code
    where upper_inf(c.recorded)
      and (
        (s.enterprise_code, s.parcel_code, s.occupied_area_m2, s.from_on, s.until_on, s.tenure)
        is distinct from
        (c.enterprise_code, c.parcel_code, c.occupied_area_m2, c.from_on, c.until_on, c.tenure)
        or (s.observed_on is not null and s.observed_on is distinct from c.observed_on)
      )
),
withdrawn as (
    delete from occupancy c using changed
    where c.division_code = changed.division_code and c.version_id = changed.version_id and changed.unseen
    returning 1
),
closed as (
    update occupancy c set recorded = tstzrange(lower(c.recorded), $1)
    from changed
    where c.division_code = changed.division_code and c.version_id = changed.version_id and not changed.unseen
    returning 1
)
select (select count(*) from withdrawn) + (select count(*) from closed) as changed
