-- Which recorded enterprise years does this import change? Their present version ends where the new one begins ($1).
-- A version that began at the same instant was never visible to anybody: it is withdrawn, not closed to an empty range.
-- Areas follow from the geometry, and the date of the file alone is no change: neither is compared.
with changed as materialized (
    select c.division_code, c.version_id, lower(c.recorded) = $1 as unseen
    from enterprise_year c
    join enterprise_year_staging s on c.division_code = s.division_code and c.enterprise_code = s.enterprise_code and c.year = s.year
    where upper_inf(c.recorded)
      and (
        (s.size_class, s.tax_wan_yuan, s.land_area_m2, s.grade, s.grade_reason)
        is distinct from
        (c.size_class, c.tax_wan_yuan, c.land_area_m2, c.grade, c.grade_reason)
        or (s.observed_on is not null and s.observed_on is distinct from c.observed_on)
      )
),
withdrawn as (
    delete from enterprise_year c using changed
    where c.division_code = changed.division_code and c.version_id = changed.version_id and changed.unseen
    returning 1
),
closed as (
    update enterprise_year c set recorded = tstzrange(lower(c.recorded), $1)
    from changed
    where c.division_code = changed.division_code and c.version_id = changed.version_id and not changed.unseen
    returning 1
)
select (select count(*) from withdrawn) + (select count(*) from closed) as changed
