-- Which ground no longer counts as approved and unsupplied, since when, by which document?
create table approval_deduction (
    division_code text not null references division (division_code),
    version_id    bigint generated always as identity,
    deduction_code text not null,
    approval_number text,
    deduction_kind text not null,
    deduction_reason text,
    document_number text,
    decided_on    date,
    documentary_area_m2 double precision,
    ellipsoidal_area_m2 double precision not null,
    planar_area_m2 double precision,
    geom          geometry(multipolygon, 4490) not null,
    import_id     bigint not null references import (import_id),
    source_row    integer not null,
    observed_on   date,
    recorded      tstzrange not null default tstzrange(now(), null),
    reason        text,
    primary key (division_code, version_id),
    constraint approval_deduction_recorded_has_start check (not isempty(recorded) and lower(recorded) is not null and not lower_inf(recorded)),
    constraint approval_deduction_code_is_present check (deduction_code <> ''),
    constraint approval_deduction_kind_is_known check (deduction_kind in ('withdrawn', 'permitted')),
    constraint approval_deduction_areas_are_positive check (ellipsoidal_area_m2 > 0 and (planar_area_m2 is null or planar_area_m2 > 0)
         and (documentary_area_m2 is null or documentary_area_m2 > 0))
);
create unique index approval_deduction_current on approval_deduction (division_code, deduction_code) where upper_inf(recorded);
create index approval_deduction_history on approval_deduction (deduction_code);
create index approval_deduction_geom on approval_deduction using gist (geom) where upper_inf(recorded);
comment on table approval_deduction is '批次核减：撤回、收回或准予扣除的范围';
comment on column approval_deduction.division_code is '行政区划代码';
comment on column approval_deduction.deduction_code is '核减编号';
comment on column approval_deduction.approval_number is '批准文号；空为图形所及的各批次都核减';
comment on column approval_deduction.deduction_kind is 'withdrawn 撤回或收回、permitted 准予扣除';
comment on column approval_deduction.deduction_reason is '核减理由';
comment on column approval_deduction.document_number is '文号';
comment on column approval_deduction.decided_on is '决定日期';
comment on column approval_deduction.documentary_area_m2 is '核减面积（文件），平方米';
comment on column approval_deduction.ellipsoidal_area_m2 is '椭球面积，平方米';
comment on column approval_deduction.planar_area_m2 is '平面面积，平方米，EPSG:4549；带外为空';
comment on column approval_deduction.geom is '核减范围，EPSG:4490，经度在前';
comment on column approval_deduction.version_id is '版本号';
comment on column approval_deduction.import_id is '来源导入批';
comment on column approval_deduction.source_row is '来源行号，自 1 起';
comment on column approval_deduction.observed_on is '数据时点';
comment on column approval_deduction.recorded is '系统时间：本版本何时为现行；上界为空即现行版本';
comment on column approval_deduction.reason is '更正理由；首次登记为空';

alter table import drop constraint import_kind_is_known;
alter table import add constraint import_kind_is_known check (kind in
    ('divisions', 'parcels', 'buildings', 'approvals', 'supplies', 'zones', 'projects', 'project-events', 'targets',
     'supply-events', 'deductions'));
