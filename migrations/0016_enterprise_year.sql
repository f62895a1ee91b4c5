-- What did an enterprise pay in a year, on how much land, and how was it classed?
create table enterprise_year (
    division_code text not null references division (division_code),
    version_id    bigint generated always as identity,
    enterprise_code text not null,
    year          integer not null,
    size_class    text,
    tax_wan_yuan  double precision,
    land_area_m2  double precision,
    grade         text,
    grade_reason  text,
    import_id     bigint not null references import (import_id),
    source_row    integer not null,
    observed_on   date,
    recorded      tstzrange not null default tstzrange(now(), null),
    reason        text,
    primary key (division_code, version_id),
    constraint enterprise_year_recorded_has_start check (not isempty(recorded) and lower(recorded) is not null and not lower_inf(recorded)),
    constraint enterprise_year_code_is_present check (enterprise_code <> ''),
    constraint enterprise_year_year_in_range check (year between 1990 and 2100),
    constraint enterprise_year_size_class_is_known check (size_class is null or size_class in ('above_scale', 'below_scale')),
    constraint enterprise_year_land_area_is_not_negative check (land_area_m2 is null or land_area_m2 >= 0),
    constraint enterprise_year_grade_is_known check (grade is null or grade in ('A', 'B', 'C', 'D', 'not_assessed'))
);
create unique index enterprise_year_current on enterprise_year (division_code, enterprise_code, year) where upper_inf(recorded);
create index enterprise_year_history on enterprise_year (enterprise_code);
comment on table enterprise_year is '企业年度数据：一家企业一年一行';
comment on column enterprise_year.division_code is '行政区划代码';
comment on column enterprise_year.enterprise_code is '统一社会信用代码，或本地编号；可以是没有登记的企业';
comment on column enterprise_year.year is '年份';
comment on column enterprise_year.size_class is 'above_scale 规上、below_scale 规下；空为没有记录';
comment on column enterprise_year.tax_wan_yuan is '税收实际贡献，万元；退税多于缴税时为负';
comment on column enterprise_year.land_area_m2 is '亩均评价用地面积，平方米';
comment on column enterprise_year.grade is '亩均评价等次：A、B、C、D、not_assessed 不评定；空为没有记录';
comment on column enterprise_year.grade_reason is '评定或不评定的理由';
comment on column enterprise_year.version_id is '版本号';
comment on column enterprise_year.import_id is '来源导入批';
comment on column enterprise_year.source_row is '来源行号，自 1 起';
comment on column enterprise_year.observed_on is '数据时点';
comment on column enterprise_year.recorded is '系统时间：本版本何时为现行；上界为空即现行版本';
comment on column enterprise_year.reason is '更正理由；首次登记为空';

alter table import drop constraint import_kind_is_known;
alter table import add constraint import_kind_is_known check (kind in
    ('divisions', 'parcels', 'buildings', 'approvals', 'supplies', 'zones', 'projects', 'project-events', 'targets',
     'supply-events', 'deductions', 'enterprises', 'occupancies', 'enterprise-years'));
