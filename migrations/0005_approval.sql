-- Which land was approved for construction (批), when, and how much by the document?
create table approval (
    division_code text not null references division (division_code),
    version_id    bigint generated always as identity,
    approval_number text not null,
    batch_name    text,
    approval_level text,
    approved_on   date,
    withdrawn_on  date,
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
    constraint approval_recorded_has_start check (not isempty(recorded) and lower(recorded) is not null and not lower_inf(recorded)),
    constraint approval_number_is_present check (approval_number <> ''),
    constraint approval_areas_are_positive check
        ((documentary_area_m2 is null or documentary_area_m2 > 0) and (ellipsoidal_area_m2 is null or ellipsoidal_area_m2 > 0)
         and (planar_area_m2 is null or planar_area_m2 > 0)),
    constraint approval_geometry_has_area check ((geom is null) = (ellipsoidal_area_m2 is null)),
    constraint approval_withdrawn_after_approved check (withdrawn_on is null or approved_on is null or withdrawn_on >= approved_on)
);
create unique index approval_current on approval (division_code, approval_number) where upper_inf(recorded);
create index approval_history on approval (approval_number);
create index approval_geom on approval using gist (geom) where upper_inf(recorded);
comment on table approval is '用地批次：农用地转用、征收批准';
comment on column approval.division_code is '行政区划代码';
comment on column approval.approval_number is '批准文号';
comment on column approval.batch_name is '批次名称';
comment on column approval.approval_level is '批准层级：国务院、省政府';
comment on column approval.approved_on is '批准日期';
comment on column approval.withdrawn_on is '撤回或失效日期';
comment on column approval.documentary_area_m2 is '批准面积（文件），平方米';
comment on column approval.ellipsoidal_area_m2 is '椭球面积，平方米';
comment on column approval.planar_area_m2 is '平面面积，平方米，EPSG:4549；带外为空';
comment on column approval.geom is '批次范围，EPSG:4490，经度在前；无图形为空';
comment on column approval.version_id is '版本号';
comment on column approval.import_id is '来源导入批';
comment on column approval.source_row is '来源行号，自 1 起';
comment on column approval.observed_on is '数据时点';
comment on column approval.recorded is '系统时间：本版本何时为现行；上界为空即现行版本';
comment on column approval.reason is '更正理由；首次登记为空';
