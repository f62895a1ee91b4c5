-- Which recorded deductions from approvals does this import change? Their present version ends where the new one begins ($1).
-- A version that began at the same instant was never visible to anybody: it is withdrawn, not closed to an empty range.
-- Areas follow from the geometry, and the date of the file alone is no change: neither is compared.
with changed as materialized (
    select c.division_code, c.version_id, lower(c.recorded) = $1 as unseen
    from approval_deduction c
    join deduction_staging s on c.division_code = s.division_code and c.deduction_code = s.deduction_code
    where upper_inf(c.recorded)
      and (
        (s.approval_number, s.deduction_kind, s.deduction_reason, s.document_number, s.decided_on,
            s.documentary_area_m2)
        is distinct from
        (c.approval_number, c.deduction_kind, c.deduction_reason, c.document_number, c.decided_on,
            c.documentary_area_m2)
        or (s.observed_on is not null and s.observed_on is distinct from c.observed_on)
        or s.geom is distinct from c.geom
      )
),
withdrawn as (
    delete from approval_deduction c using changed
    where c.division_code = changed.division_code and c.version_id = changed.version_id and changed.unseen
    returning 1
),
closed as (
    update approval_deduction c set recorded = tstzrange(lower(c.recorded), $1)
    from changed
    where c.division_code = changed.division_code and c.version_id = changed.version_id and not changed.unseen
    returning 1
)
select (select count(*) from withdrawn) + (select count(*) from closed) as changed
