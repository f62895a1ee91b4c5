-- Which supply contracts of this import have no present version (any more)? They get one, from import $1 at $2; $3 is the file's date.
insert into supply (
    division_code, supply_code, parcel_code, project_name, land_user, location, supply_mode, land_use_name,
    industry_edition, industry_code, contract_signed_on, delivered_on, agreed_start_on, agreed_finish_on,
    construction_state, actual_start_on, actual_finish_on, contract_far_min, contract_far_max,
    contract_density_max, price_wan_yuan, plan_far_min, plan_far_max, plan_density_max,
    plan_condition_document, due_area_m2, developed_area_m2, total_investment_wan_yuan, invested_wan_yuan,
    stopped_on, documentary_area_m2, ellipsoidal_area_m2, planar_area_m2, geom, observed_on, import_id,
    source_row, recorded
)
select
    s.division_code, s.supply_code, s.parcel_code, s.project_name, s.land_user, s.location, s.supply_mode,
    s.land_use_name, s.industry_edition, s.industry_code, s.contract_signed_on, s.delivered_on,
    s.agreed_start_on, s.agreed_finish_on, s.construction_state, s.actual_start_on, s.actual_finish_on,
    s.contract_far_min, s.contract_far_max, s.contract_density_max, s.price_wan_yuan, s.plan_far_min,
    s.plan_far_max, s.plan_density_max, s.plan_condition_document, s.due_area_m2, s.developed_area_m2,
    s.total_investment_wan_yuan, s.invested_wan_yuan, s.stopped_on, s.documentary_area_m2,
    s.ellipsoidal_area_m2, s.planar_area_m2, s.geom, coalesce(s.observed_on, $3), $1, s.row_number,
    tstzrange($2, null)
from supply_staging s
where not exists (
    select from supply c
    where c.division_code = s.division_code and c.supply_code = s.supply_code and upper_inf(c.recorded)
)
order by s.row_number
