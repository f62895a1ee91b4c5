-- Which recorded {called} does this import change? Their present version ends where the new one begins ($1).
-- A version that began at the same instant was never visible to anybody: it is withdrawn, not closed to an empty range.
-- Areas follow from the geometry, and the date of the file alone is no change: neither is compared.
with changed as materialized (
    select c.division_code, c.version_id, lower(c.recorded) = $1 as unseen
    from {table} c
    join {table}_staging s on ({staged_key}) = ({present_key})
    where upper_inf(c.recorded)
      and (
        ({staged_compared}) is distinct from ({present_compared})
        or (s.observed_on is not null and s.observed_on is distinct from c.observed_on)
      )
),
withdrawn as (
    delete from {table} c using changed
    where c.division_code = changed.division_code and c.version_id = changed.version_id and changed.unseen
    returning 1
),
closed as (
    update {table} c set recorded = tstzrange(lower(c.recorded), $1)
    from changed
    where c.division_code = changed.division_code and c.version_id = changed.version_id and not changed.unseen
    returning 1
)
select (select count(*) from withdrawn) + (select count(*) from closed) as changed
