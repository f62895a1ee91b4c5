-- In which order do the columns of the supply contracts arrive? The Rust side writes the same order.
copy supply_staging (
    row_number, division_code, supply_code, parcel_code, project_name, land_user, location, supply_mode,
    land_use_name, industry_edition, industry_code, contract_signed_on, delivered_on, agreed_start_on,
    agreed_finish_on, construction_state, actual_start_on, actual_finish_on, contract_far_min,
    contract_far_max, contract_density_max, price_wan_yuan, plan_far_min, plan_far_max, plan_density_max,
    plan_condition_document, due_area_m2, developed_area_m2, total_investment_wan_yuan, invested_wan_yuan,
    stopped_on, documentary_area_m2, observed_on, ellipsoidal_area_m2, planar_area_m2, geom
) from stdin (format binary)
