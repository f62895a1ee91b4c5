-- Which recorded renovation projects does this import change? Their present version ends where the new one begins ($1).
-- A version that began at the same instant was never visible to anybody: it is withdrawn, not closed to an empty range.
-- Areas follow from the geometry, and the date of the file alone is no change: neither is compared.
with changed as materialized (
    select c.division_code, c.version_id, lower(c.recorded) = $1 as unseen
    from project c
    join project_staging s on c.division_code = s.division_code and c.project_code = s.project_code
    where upper_inf(c.recorded)
      and (
        (s.name, s.reporting_unit_code, s.renewal_measure, s.reported_area_m2, s.approval_document,
            s.general_purpose_factory, s.conforms_to_plan, s.exception_reason, s.exception_document)
        is distinct from
        (c.name, c.reporting_unit_code, c.renewal_measure, c.reported_area_m2, c.approval_document,
            c.general_purpose_factory, c.conforms_to_plan, c.exception_reason, c.exception_document)
        or (s.observed_on is not null and s.observed_on is distinct from c.observed_on)
        or s.geom is distinct from c.geom
      )
),
withdrawn as (
    delete from project c using changed
    where c.division_code = changed.division_code and c.version_id = changed.version_id and changed.unseen
    returning 1
),
closed as (
    update project c set recorded = tstzrange(lower(c.recorded), $1)
    from changed
    where c.division_code = changed.division_code and c.version_id = changed.version_id and not changed.unseen
    returning 1
)
select (select count(*) from withdrawn) + (select count(*) from closed) as changed
