-- Which supply contracts were recorded at the instant $1 (null: now)?
select
    version_id, import_id, source_row, lower(recorded), observed_on, division_code, supply_code, parcel_code,
    project_name, land_user, location, supply_mode, land_use_name, industry_edition, industry_code,
    contract_signed_on, delivered_on, agreed_start_on, agreed_finish_on, construction_state, actual_start_on,
    actual_finish_on, contract_far_min, contract_far_max, contract_density_max, price_wan_yuan, plan_far_min,
    plan_far_max, plan_density_max, plan_condition_document, due_area_m2, developed_area_m2,
    total_investment_wan_yuan, invested_wan_yuan, stopped_on, documentary_area_m2, ellipsoidal_area_m2,
    planar_area_m2, st_asbinary(geom)
from supply
where ($1::timestamptz is null and upper_inf(recorded)) or recorded @> $1
