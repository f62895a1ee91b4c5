-- Which renovation projects are under way, on what ground, and which dated steps have they taken?
create table project (
    division_code text not null references division (division_code),
    version_id    bigint generated always as identity,
    project_code  text not null,
    name          text not null,
    reporting_unit_code text references reporting_unit (reporting_unit_code),
    renewal_measure text,
    reported_area_m2 double precision,
    ellipsoidal_area_m2 double precision,
    planar_area_m2      double precision,
    geom          geometry(multipolygon, 4490),
    import_id     bigint not null references import (import_id),
    source_row    integer not null,
    observed_on   date,
    recorded      tstzrange not null default tstzrange(now(), null),
    reason        text,
    primary key (division_code, version_id),
    constraint project_recorded_has_start check (not isempty(recorded) and lower(recorded) is not null and not lower_inf(recorded)),
    constraint project_code_is_present check (project_code <> ''),
    constraint project_renewal_measure_is_known check (renewal_measure is null or renewal_measure in
        ('upgrade', 'acquisition', 'vacating', 'merger', 'park_relocation', 'closure')),
    constraint project_areas_are_positive check
        ((reported_area_m2 is null or reported_area_m2 > 0) and (ellipsoidal_area_m2 is null or ellipsoidal_area_m2 > 0)),
    constraint project_geometry_has_area check ((geom is null) = (ellipsoidal_area_m2 is null))
);
create unique index project_current on project (division_code, project_code) where upper_inf(recorded);
create index project_history on project (project_code);
create index project_geom on project using gist (geom) where upper_inf(recorded);
comment on table project is '改造项目';
comment on column project.division_code is '行政区划代码';
comment on column project.project_code is '项目编号';
comment on column project.name is '项目名称';
comment on column project.reporting_unit_code is '报送单位';
comment on column project.renewal_measure is '改造方式：upgrade 改造提升、acquisition 收储、vacating 腾退、merger 兼并重组、park_relocation 提升入园、closure 关停淘汰';
comment on column project.reported_area_m2 is '上报面积，平方米';
comment on column project.ellipsoidal_area_m2 is '椭球面积，平方米';
comment on column project.planar_area_m2 is '平面面积，平方米，EPSG:4549；带外为空';
comment on column project.geom is '改造范围，EPSG:4490，经度在前；无图形为空';
comment on column project.version_id is '版本号';
comment on column project.import_id is '来源导入批';
comment on column project.source_row is '来源行号，自 1 起';
comment on column project.observed_on is '数据时点';
comment on column project.recorded is '系统时间：本版本何时为现行；上界为空即现行版本';
comment on column project.reason is '更正理由；首次登记为空';

create table project_event (
    division_code text not null references division (division_code),
    version_id    bigint generated always as identity,
    project_code  text not null,
    event_kind    text not null,
    happened_on   date not null,
    document      text,
    import_id     bigint not null references import (import_id),
    source_row    integer not null,
    observed_on   date,
    recorded      tstzrange not null default tstzrange(now(), null),
    reason        text,
    primary key (division_code, version_id),
    constraint project_event_recorded_has_start check (not isempty(recorded) and lower(recorded) is not null and not lower_inf(recorded)),
    constraint project_event_kind_is_known check (event_kind in
        ('determined', 'plan_approved', 'vacated', 'supplied', 'started', 'completed', 'accepted'))
);
create unique index project_event_current on project_event (division_code, project_code, event_kind) where upper_inf(recorded);
create index project_event_history on project_event (project_code);
comment on table project_event is '改造项目节点：一个项目一种节点一行';
comment on column project_event.division_code is '行政区划代码';
comment on column project_event.project_code is '项目编号';
comment on column project_event.event_kind is 'determined 认定、plan_approved 方案批准、vacated 腾退、supplied 供地、started 开工、completed 竣工、accepted 验收';
comment on column project_event.happened_on is '发生日期';
comment on column project_event.document is '文号';
comment on column project_event.version_id is '版本号';
comment on column project_event.import_id is '来源导入批';
comment on column project_event.source_row is '来源行号，自 1 起';
comment on column project_event.observed_on is '数据时点';
comment on column project_event.recorded is '系统时间：本版本何时为现行；上界为空即现行版本';
comment on column project_event.reason is '更正理由；首次登记为空';
