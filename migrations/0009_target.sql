-- What has the city promised, for which place, by when, and which project step counts as done?
create table target (
    division_code text not null,
    version_id    bigint generated always as identity,
    target_code   text not null,
    name          text not null,
    base_year     integer not null,
    end_year      integer not null,
    target_area_m2 double precision not null,
    counted_event text not null,
    document      text not null,
    import_id     bigint not null references import (import_id),
    source_row    integer not null,
    observed_on   date,
    recorded      tstzrange not null default tstzrange(now(), null),
    reason        text,
    primary key (division_code, version_id),
    constraint target_recorded_has_start check (not isempty(recorded) and lower(recorded) is not null and not lower_inf(recorded)),
    constraint target_code_is_present check (target_code <> ''),
    constraint target_years_are_ordered check (base_year between 1990 and 2100 and end_year between base_year and 2100),
    constraint target_area_is_positive check (target_area_m2 > 0),
    constraint target_counted_event_is_known check (counted_event in
        ('determined', 'plan_approved', 'vacated', 'supplied', 'started', 'completed', 'accepted'))
);
create unique index target_current on target (division_code, target_code) where upper_inf(recorded);
comment on table target is '目标任务：名称、期间、数值、范围、文件';
comment on column target.division_code is '范围：城市代码（330400）或县级行政区划代码';
comment on column target.target_code is '任务编号';
comment on column target.name is '任务名称';
comment on column target.base_year is '起始年（含）';
comment on column target.end_year is '截止年（含）';
comment on column target.target_area_m2 is '任务面积，平方米';
comment on column target.counted_event is '计入完成的节点';
comment on column target.document is '依据文件';
comment on column target.version_id is '版本号';
comment on column target.import_id is '来源导入批';
comment on column target.source_row is '来源行号，自 1 起';
comment on column target.observed_on is '数据时点';
comment on column target.recorded is '系统时间：本版本何时为现行；上界为空即现行版本';
comment on column target.reason is '更正理由；首次登记为空';
