-- Which recorded changes and suspensions of contracts does this import change? Their present version ends where the new one begins ($1).
-- A version that began at the same instant was never visible to anybody: it is withdrawn, not closed to an empty range.
-- Areas follow from the geometry, and the date of the file alone is no change: neither is compared.
with changed as materialized (
    select c.division_code, c.version_id, lower(c.recorded) = $1 as unseen
    from supply_event c
    join supply_event_staging s on c.division_code = s.division_code and c.event_code = s.event_code
    where upper_inf(c.recorded)
      and (
        (s.supply_code, s.event_kind, s.starts_on, s.ends_on, s.new_start_on, s.new_finish_on,
            s.document_number, s.document_dated, s.remark)
        is distinct from
        (c.supply_code, c.event_kind, c.starts_on, c.ends_on, c.new_start_on, c.new_finish_on,
            c.document_number, c.document_dated, c.remark)
        or (s.observed_on is not null and s.observed_on is distinct from c.observed_on)
      )
),
withdrawn as (
    delete from supply_event c using changed
    where c.division_code = changed.division_code and c.version_id = changed.version_id and changed.unseen
    returning 1
),
closed as (
    update supply_event c set recorded = tstzrange(lower(c.recorded), $1)
    from changed
    where c.division_code = changed.division_code and c.version_id = changed.version_id and not changed.unseen
    returning 1
)
select (select count(*) from withdrawn) + (select count(*) from closed) as changed
