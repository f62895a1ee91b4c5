-- Which recorded enterprises does this import change? Their present version ends where the new one begins ($1).
-- A version that began at the same instant was never visible to anybody: it is withdrawn, not closed to an empty range.
-- Areas follow from the geometry, and the date of the file alone is no change: neither is compared.
with changed as materialized (
    select c.division_code, c.version_id, lower(c.recorded) = $1 as unseen
    from enterprise c
    join enterprise_staging s on c.division_code = s.division_code and c.enterprise_code = s.enterprise_code
    where upper_inf(c.recorded)
      and (
        (s.name, s.industry_edition, s.industry_code)
        is distinct from
        (c.name, c.industry_edition, c.industry_code)
        or (s.observed_on is not null and s.observed_on is distinct from c.observed_on)
      )
),
withdrawn as (
    delete from enterprise c using changed
    where c.division_code = changed.division_code and c.version_id = changed.version_id and changed.unseen
    returning 1
),
closed as (
    update enterprise c set recorded = tstzrange(lower(c.recorded), $1)
    from changed
    where c.division_code = changed.division_code and c.version_id = changed.version_id and not changed.unseen
    returning 1
)
select (select count(*) from withdrawn) + (select count(*) from closed) as changed
