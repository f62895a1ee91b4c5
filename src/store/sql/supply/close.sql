-- Which recorded supply contracts does this import change? Their present version ends where the new one begins ($1).
-- A version that began at the same instant was never visible to anybody: it is withdrawn, not closed to an empty range.
-- Areas follow from the geometry, and the date of the file alone is no change: neither is compared.
with changed as materialized (
    select c.division_code, c.version_id, lower(c.recorded) = $1 as unseen
    from supply c
    join supply_staging s on c.division_code = s.division_code and c.supply_code = s.supply_code
    where upper_inf(c.recorded)
      and (
        (s.parcel_code, s.project_name, s.land_user, s.location, s.supply_mode, s.land_use_name,
            s.industry_edition, s.industry_code, s.contract_signed_on, s.delivered_on,
            s.agreed_start_on, s.agreed_finish_on, s.construction_state, s.actual_start_on,
            s.actual_finish_on, s.contract_far_min, s.contract_far_max, s.contract_density_max,
            s.price_wan_yuan, s.plan_far_min, s.plan_far_max, s.plan_density_max,
            s.plan_condition_document, s.due_area_m2, s.developed_area_m2, s.total_investment_wan_yuan,
            s.invested_wan_yuan, s.stopped_on, s.documentary_area_m2)
        is distinct from
        (c.parcel_code, c.project_name, c.land_user, c.location, c.supply_mode, c.land_use_name,
            c.industry_edition, c.industry_code, c.contract_signed_on, c.delivered_on,
            c.agreed_start_on, c.agreed_finish_on, c.construction_state, c.actual_start_on,
            c.actual_finish_on, c.contract_far_min, c.contract_far_max, c.contract_density_max,
            c.price_wan_yuan, c.plan_far_min, c.plan_far_max, c.plan_density_max,
            c.plan_condition_document, c.due_area_m2, c.developed_area_m2, c.total_investment_wan_yuan,
            c.invested_wan_yuan, c.stopped_on, c.documentary_area_m2)
        or (s.observed_on is not null and s.observed_on is distinct from c.observed_on)
        or s.geom is distinct from c.geom
      )
),
withdrawn as (
    delete from supply c using changed
    where c.division_code = changed.division_code and c.version_id = changed.version_id and changed.unseen
    returning 1
),
closed as (
    update supply c set recorded = tstzrange(lower(c.recorded), $1)
    from changed
    where c.division_code = changed.division_code and c.version_id = changed.version_id and not changed.unseen
    returning 1
)
select (select count(*) from withdrawn) + (select count(*) from closed) as changed
