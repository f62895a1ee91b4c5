-- Which enterprises are there, and in which industry?
create table enterprise (
    division_code text not null references division (division_code),
    version_id    bigint generated always as identity,
    enterprise_code text not null,
    name          text not null,
    industry_edition text,
    industry_code text,
    import_id     bigint not null references import (import_id),
    source_row    integer not null,
    observed_on   date,
    recorded      tstzrange not null default tstzrange(now(), null),
    reason        text,
    primary key (division_code, version_id),
    constraint enterprise_recorded_has_start check (not isempty(recorded) and lower(recorded) is not null and not lower_inf(recorded)),
    constraint enterprise_code_is_present check (enterprise_code <> ''),
    constraint enterprise_industry_names_its_edition check ((industry_code is null) = (industry_edition is null))
);
create unique index enterprise_current on enterprise (division_code, enterprise_code) where upper_inf(recorded);
create index enterprise_history on enterprise (enterprise_code);
comment on table enterprise is '企业';
comment on column enterprise.division_code is '行政区划代码';
comment on column enterprise.enterprise_code is '统一社会信用代码，或本地编号，按文本保存';
comment on column enterprise.name is '名称';
comment on column enterprise.industry_edition is '行业代码版本，如 GB/T 4754-2017';
comment on column enterprise.industry_code is '行业大类代码，2 位';
comment on column enterprise.version_id is '版本号';
comment on column enterprise.import_id is '来源导入批';
comment on column enterprise.source_row is '来源行号，自 1 起';
comment on column enterprise.observed_on is '数据时点';
comment on column enterprise.recorded is '系统时间：本版本何时为现行；上界为空即现行版本';
comment on column enterprise.reason is '更正理由；首次登记为空';

-- Which enterprise is on which parcel, on how much of it, from when to when?
create table occupancy (
    division_code text not null references division (division_code),
    version_id    bigint generated always as identity,
    occupancy_code text not null,
    enterprise_code text not null,
    parcel_code   text not null,
    occupied_area_m2 double precision,
    from_on       date,
    until_on      date,
    tenure        text,
    import_id     bigint not null references import (import_id),
    source_row    integer not null,
    observed_on   date,
    recorded      tstzrange not null default tstzrange(now(), null),
    reason        text,
    primary key (division_code, version_id),
    constraint occupancy_recorded_has_start check (not isempty(recorded) and lower(recorded) is not null and not lower_inf(recorded)),
    constraint occupancy_code_is_present check (occupancy_code <> '' and enterprise_code <> '' and parcel_code <> ''),
    constraint occupancy_area_is_not_negative check (occupied_area_m2 is null or occupied_area_m2 >= 0),
    constraint occupancy_ends_after_it_begins check (from_on is null or until_on is null or until_on >= from_on),
    constraint occupancy_tenure_is_known check (tenure is null or tenure in ('own', 'lease'))
);
create unique index occupancy_current on occupancy (division_code, occupancy_code) where upper_inf(recorded);
create index occupancy_history on occupancy (occupancy_code);
create index occupancy_parcel on occupancy (division_code, parcel_code) where upper_inf(recorded);
create index occupancy_enterprise on occupancy (division_code, enterprise_code) where upper_inf(recorded);
comment on table occupancy is '企业用地：一家企业占用一宗地（的一部分）；企业的税收只经由它归到宗地';
comment on column occupancy.division_code is '行政区划代码';
comment on column occupancy.occupancy_code is '用地编号';
comment on column occupancy.enterprise_code is '统一社会信用代码，或本地编号；可以是没有登记的企业';
comment on column occupancy.parcel_code is '宗地代码；可以是没有登记的宗地';
comment on column occupancy.occupied_area_m2 is '占用面积，平方米';
comment on column occupancy.from_on is '起始日；空为没有记录';
comment on column occupancy.until_on is '截止日（含）；空为没有记录或尚未结束';
comment on column occupancy.tenure is 'own 自有、lease 租赁；空为没有记录';
comment on column occupancy.version_id is '版本号';
comment on column occupancy.import_id is '来源导入批';
comment on column occupancy.source_row is '来源行号，自 1 起';
comment on column occupancy.observed_on is '数据时点';
comment on column occupancy.recorded is '系统时间：本版本何时为现行；上界为空即现行版本';
comment on column occupancy.reason is '更正理由；首次登记为空';

alter table import drop constraint import_kind_is_known;
alter table import add constraint import_kind_is_known check (kind in
    ('divisions', 'parcels', 'buildings', 'approvals', 'supplies', 'zones', 'projects', 'project-events', 'targets',
     'supply-events', 'deductions', 'enterprises', 'occupancies'));
