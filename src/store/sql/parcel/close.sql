-- Which recorded parcels does this import change? Their present version ends where the new one begins ($1).
-- A version that began at the same instant was never visible to anybody: it is withdrawn, not closed to an empty range.
-- Areas follow from the geometry, and the date of the file alone is no change: neither is compared.
with changed as materialized (
    select c.division_code, c.version_id, lower(c.recorded) = $1 as unseen
    from parcel c
    join parcel_staging s on c.division_code = s.division_code and c.parcel_code = s.parcel_code
    where upper_inf(c.recorded)
      and (
        (s.location, s.right_holder, s.land_use_scheme, s.land_use_code, s.industry_edition,
            s.industry_code, s.reporting_unit_code, s.documentary_area_m2,
            s.stated_counting_floor_area_m2, s.stated_footprint_m2, s.stated_built_land_m2,
            s.stated_structures_m2, s.stated_yard_m2, s.stated_office_land_m2, s.stated_office_floor_m2,
            s.stated_green_m2, s.land_use_mark)
        is distinct from
        (c.location, c.right_holder, c.land_use_scheme, c.land_use_code, c.industry_edition,
            c.industry_code, c.reporting_unit_code, c.documentary_area_m2,
            c.stated_counting_floor_area_m2, c.stated_footprint_m2, c.stated_built_land_m2,
            c.stated_structures_m2, c.stated_yard_m2, c.stated_office_land_m2, c.stated_office_floor_m2,
            c.stated_green_m2, c.land_use_mark)
        or (s.observed_on is not null and s.observed_on is distinct from c.observed_on)
        or s.geom is distinct from c.geom
      )
),
withdrawn as (
    delete from parcel c using changed
    where c.division_code = changed.division_code and c.version_id = changed.version_id and changed.unseen
    returning 1
),
closed as (
    update parcel c set recorded = tstzrange(lower(c.recorded), $1)
    from changed
    where c.division_code = changed.division_code and c.version_id = changed.version_id and not changed.unseen
    returning 1
)
select (select count(*) from withdrawn) + (select count(*) from closed) as changed
