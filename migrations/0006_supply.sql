-- Which land was supplied (供), to whom, on what terms, and was it started?
-- A contract without geometry is kept: its ground is the parcel it names, if that parcel is registered.
create table supply (
    division_code text not null references division (division_code),
    version_id    bigint generated always as identity,
    supply_code   text not null,
    parcel_code   text,
    project_name  text,
    land_user     text,
    location      text,
    supply_mode   text,
    land_use_name text,
    industry_edition text,
    industry_code text,
    contract_signed_on date,
    delivered_on  date,
    agreed_start_on  date,
    agreed_finish_on date,
    construction_state text,
    actual_start_on  date,
    actual_finish_on date,
    contract_far_min double precision,
    contract_far_max double precision,
    contract_density_max double precision,
    price_wan_yuan double precision,
    documentary_area_m2 double precision,
    ellipsoidal_area_m2 double precision,
    planar_area_m2      double precision,
    geom          geometry(multipolygon, 4490),
    import_id     bigint not null references import (import_id),
    source_row    integer not null,
    observed_on   date,
    recorded      tstzrange not null default tstzrange(now(), null),
    reason        text,
    primary key (division_code, version_id),
    constraint supply_recorded_has_start check (not isempty(recorded) and lower(recorded) is not null and not lower_inf(recorded)),
    constraint supply_code_is_present check (supply_code <> ''),
    constraint supply_construction_state_is_known check
        (construction_state is null or construction_state in ('not_started', 'started', 'finished')),
    constraint supply_not_started_has_no_start check
        (construction_state is distinct from 'not_started' or (actual_start_on is null and actual_finish_on is null)),
    constraint supply_ratios_in_range check
        ((contract_far_min is null or contract_far_min >= 0) and (contract_far_max is null or contract_far_max >= 0)
         and (contract_density_max is null or contract_density_max between 0 and 1)),
    constraint supply_amounts_in_range check
        ((price_wan_yuan is null or price_wan_yuan >= 0) and (documentary_area_m2 is null or documentary_area_m2 > 0)),
    constraint supply_industry_names_its_edition check ((industry_code is null) = (industry_edition is null)),
    constraint supply_geometry_has_area check ((geom is null) = (ellipsoidal_area_m2 is null))
);
create unique index supply_current on supply (division_code, supply_code) where upper_inf(recorded);
create index supply_history on supply (supply_code);
create index supply_parcel on supply (division_code, parcel_code) where upper_inf(recorded);
create index supply_geom on supply using gist (geom) where upper_inf(recorded);
comment on table supply is '供地合同（出让、划拨、租赁等）';
comment on column supply.division_code is '行政区划代码';
comment on column supply.supply_code is '电子监管号或合同编号，按文本保存';
comment on column supply.parcel_code is '宗地代码';
comment on column supply.project_name is '项目名称';
comment on column supply.land_user is '土地使用权人（单位）';
comment on column supply.location is '土地坐落';
comment on column supply.supply_mode is '供应方式：出让、划拨、租赁、先租后让、作价出资';
comment on column supply.land_use_name is '土地用途（原文）';
comment on column supply.industry_edition is '行业代码版本';
comment on column supply.industry_code is '行业大类代码';
comment on column supply.contract_signed_on is '合同签订日期';
comment on column supply.delivered_on is '实际交地日期';
comment on column supply.agreed_start_on is '约定开工日期';
comment on column supply.agreed_finish_on is '约定竣工日期';
comment on column supply.construction_state is 'not_started 登记为未开工；started 已开工；finished 已竣工；空为没有记录';
comment on column supply.actual_start_on is '实际开工日期';
comment on column supply.actual_finish_on is '实际竣工日期';
comment on column supply.contract_far_min is '约定容积率下限，无量纲';
comment on column supply.contract_far_max is '约定容积率上限，无量纲；空为不设';
comment on column supply.contract_density_max is '约定建筑密度上限，0–1';
comment on column supply.price_wan_yuan is '成交价款，万元';
comment on column supply.documentary_area_m2 is '合同面积，平方米';
comment on column supply.ellipsoidal_area_m2 is '椭球面积，平方米';
comment on column supply.planar_area_m2 is '平面面积，平方米，EPSG:4549；带外为空';
comment on column supply.geom is '供地范围，EPSG:4490，经度在前；无图形为空';
comment on column supply.version_id is '版本号';
comment on column supply.import_id is '来源导入批';
comment on column supply.source_row is '来源行号，自 1 起';
comment on column supply.observed_on is '数据时点';
comment on column supply.recorded is '系统时间：本版本何时为现行；上界为空即现行版本';
comment on column supply.reason is '更正理由；首次登记为空';
