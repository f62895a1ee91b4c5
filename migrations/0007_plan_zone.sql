-- What does the territorial plan allow here?
create table plan_zone (
    division_code text not null references division (division_code),
    version_id    bigint generated always as identity,
    zone_code     text not null,
    scheme        text not null,
    zone_type_code text not null,
    zone_type_name text,
    is_industrial boolean,
    ellipsoidal_area_m2 double precision not null,
    planar_area_m2      double precision,
    geom          geometry(multipolygon, 4490) not null,
    import_id     bigint not null references import (import_id),
    source_row    integer not null,
    observed_on   date,
    recorded      tstzrange not null default tstzrange(now(), null),
    reason        text,
    primary key (division_code, version_id),
    constraint plan_zone_recorded_has_start check (not isempty(recorded) and lower(recorded) is not null and not lower_inf(recorded)),
    constraint plan_zone_code_is_present check (zone_code <> '' and zone_type_code <> ''),
    constraint plan_zone_area_is_positive check (ellipsoidal_area_m2 > 0)
);
create unique index plan_zone_current on plan_zone (division_code, zone_code) where upper_inf(recorded);
create index plan_zone_history on plan_zone (zone_code);
create index plan_zone_geom on plan_zone using gist (geom) where upper_inf(recorded);
comment on table plan_zone is '规划分区（规划用途）';
comment on column plan_zone.division_code is '行政区划代码';
comment on column plan_zone.zone_code is '图斑编号';
comment on column plan_zone.scheme is '用途分类标准';
comment on column plan_zone.zone_type_code is '规划用途代码';
comment on column plan_zone.zone_type_name is '规划用途名称';
comment on column plan_zone.is_industrial is '是否准许工业；空为来源未说明';
comment on column plan_zone.ellipsoidal_area_m2 is '椭球面积，平方米';
comment on column plan_zone.planar_area_m2 is '平面面积，平方米，EPSG:4549；带外为空';
comment on column plan_zone.geom is '分区范围，EPSG:4490，经度在前';
comment on column plan_zone.version_id is '版本号';
comment on column plan_zone.import_id is '来源导入批';
comment on column plan_zone.source_row is '来源行号，自 1 起';
comment on column plan_zone.observed_on is '数据时点';
comment on column plan_zone.recorded is '系统时间：本版本何时为现行；上界为空即现行版本';
comment on column plan_zone.reason is '更正理由；首次登记为空';
