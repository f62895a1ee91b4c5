-- What did the plan demand of a supplied site, how far has its construction come, and was it stopped?
alter table supply
    add column plan_far_min double precision,
    add column plan_far_max double precision,
    add column plan_density_max double precision,
    add column plan_condition_document text,
    add column due_area_m2 double precision,
    add column developed_area_m2 double precision,
    add column total_investment_wan_yuan double precision,
    add column invested_wan_yuan double precision,
    add column stopped_on date,
    add constraint supply_plan_ratios_in_range check
        ((plan_far_min is null or plan_far_min >= 0) and (plan_far_max is null or plan_far_max >= 0)
         and (plan_density_max is null or plan_density_max between 0 and 1)),
    add constraint supply_progress_is_not_negative check
        ((due_area_m2 is null or due_area_m2 >= 0) and (developed_area_m2 is null or developed_area_m2 >= 0)
         and (total_investment_wan_yuan is null or total_investment_wan_yuan >= 0) and (invested_wan_yuan is null or invested_wan_yuan >= 0));
comment on column supply.plan_far_min is '规划条件容积率下限，无量纲';
comment on column supply.plan_far_max is '规划条件容积率上限，无量纲；空为不设';
comment on column supply.plan_density_max is '规划条件建筑密度上限，0–1';
comment on column supply.plan_condition_document is '规划条件文号';
comment on column supply.due_area_m2 is '应动工开发面积，平方米';
comment on column supply.developed_area_m2 is '已动工开发面积，平方米';
comment on column supply.total_investment_wan_yuan is '总投资额，万元，不含土地价款与税费';
comment on column supply.invested_wan_yuan is '已投资额，万元，不含土地价款与税费';
comment on column supply.stopped_on is '中止开发建设日期；空为没有中止的记录';
