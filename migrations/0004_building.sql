-- What stands on the ground, how many storeys, how high?
create table building (
    division_code text not null references division (division_code),
    version_id    bigint generated always as identity,
    building_code text not null,
    parcel_code   text,
    name          text,
    building_use  text,
    storeys_above integer,
    storey_height_m double precision,
    height_m      double precision,
    stated_floor_area_m2 double precision,
    stated_footprint_m2  double precision,
    completed_on  date,
    ellipsoidal_area_m2  double precision not null,
    planar_area_m2       double precision,
    geom          geometry(multipolygon, 4490) not null,
    import_id     bigint not null references import (import_id),
    source_row    integer not null,
    observed_on   date,
    recorded      tstzrange not null default tstzrange(now(), null),
    reason        text,
    primary key (division_code, version_id),
    constraint building_recorded_has_start check (not isempty(recorded) and lower(recorded) is not null and not lower_inf(recorded)),
    constraint building_code_is_present check (building_code <> ''),
    constraint building_storeys_in_range check (storeys_above is null or storeys_above between 1 and 200),
    constraint building_heights_in_range check
        ((storey_height_m is null or storey_height_m > 0) and (height_m is null or height_m > 0)),
    constraint building_areas_in_range check
        (ellipsoidal_area_m2 > 0 and (planar_area_m2 is null or planar_area_m2 > 0)
         and (stated_floor_area_m2 is null or stated_floor_area_m2 >= 0)
         and (stated_footprint_m2 is null or stated_footprint_m2 >= 0))
);
create unique index building_current on building (division_code, building_code) where upper_inf(recorded);
create index building_history on building (building_code);
create index building_geom on building using gist (geom) where upper_inf(recorded);
comment on table building is '建筑物';
comment on column building.division_code is '行政区划代码';
comment on column building.building_code is '建筑编号';
comment on column building.parcel_code is '来源所称所在宗地代码；计算不依赖它，以图形叠加为准';
comment on column building.name is '名称';
comment on column building.building_use is '建筑用途';
comment on column building.storeys_above is '地上层数';
comment on column building.storey_height_m is '层高，米；逐层不同时取最大层高';
comment on column building.height_m is '建筑高度，米';
comment on column building.stated_floor_area_m2 is '来源所载建筑面积，平方米';
comment on column building.stated_footprint_m2 is '来源所载基底面积，平方米';
comment on column building.completed_on is '竣工日期';
comment on column building.ellipsoidal_area_m2 is '基底椭球面积，平方米';
comment on column building.planar_area_m2 is '基底平面面积，平方米，EPSG:4549；带外为空';
comment on column building.geom is '建筑基底，EPSG:4490，经度在前';
comment on column building.version_id is '版本号';
comment on column building.import_id is '来源导入批';
comment on column building.source_row is '来源行号，自 1 起';
comment on column building.observed_on is '数据时点';
comment on column building.recorded is '系统时间：本版本何时为现行；上界为空即现行版本';
comment on column building.reason is '更正理由；首次登记为空';
