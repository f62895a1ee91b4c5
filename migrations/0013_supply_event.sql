-- Which agreements moved the dates of a contract, and what stopped its clock, from when to when, by which document?
create table supply_event (
    division_code text not null references division (division_code),
    version_id    bigint generated always as identity,
    event_code    text not null,
    supply_code   text not null,
    event_kind    text not null,
    starts_on     date not null,
    ends_on       date,
    new_start_on  date,
    new_finish_on date,
    document_number text,
    document_dated date,
    remark        text,
    import_id     bigint not null references import (import_id),
    source_row    integer not null,
    observed_on   date,
    recorded      tstzrange not null default tstzrange(now(), null),
    reason        text,
    primary key (division_code, version_id),
    constraint supply_event_recorded_has_start check (not isempty(recorded) and lower(recorded) is not null and not lower_inf(recorded)),
    constraint supply_event_code_is_present check (event_code <> '' and supply_code <> ''),
    constraint supply_event_kind_is_known check (event_kind in
        ('extension', 'government_cause', 'force_majeure', 'court_seizure')),
    constraint supply_event_ends_after_it_starts check (ends_on is null or ends_on >= starts_on),
    constraint supply_event_extension_names_the_new_start check ((event_kind = 'extension') = (new_start_on is not null)),
    constraint supply_event_new_finish_follows_the_new_start check (new_finish_on is null or (new_start_on is not null and new_finish_on >= new_start_on))
);
create unique index supply_event_current on supply_event (division_code, event_code) where upper_inf(recorded);
create index supply_event_history on supply_event (event_code);
create index supply_event_supply on supply_event (division_code, supply_code) where upper_inf(recorded);
comment on table supply_event is '供地合同变更与中止';
comment on column supply_event.division_code is '行政区划代码';
comment on column supply_event.event_code is '事件编号';
comment on column supply_event.supply_code is '电子监管号或合同编号；可以是没有登记的合同';
comment on column supply_event.event_kind is 'extension 延期补充协议、government_cause 政府原因、force_majeure 不可抗力、court_seizure 司法查封';
comment on column supply_event.starts_on is '起始日；延期补充协议为签订日';
comment on column supply_event.ends_on is '截止日（含）；空为尚未结束';
comment on column supply_event.new_start_on is '新的约定开工日期；只有延期补充协议有，且必有';
comment on column supply_event.new_finish_on is '新的约定竣工日期；只有延期补充协议有';
comment on column supply_event.document_number is '文号；空为没有文件';
comment on column supply_event.document_dated is '文件日期';
comment on column supply_event.remark is '备注';
comment on column supply_event.version_id is '版本号';
comment on column supply_event.import_id is '来源导入批';
comment on column supply_event.source_row is '来源行号，自 1 起';
comment on column supply_event.observed_on is '数据时点';
comment on column supply_event.recorded is '系统时间：本版本何时为现行；上界为空即现行版本';
comment on column supply_event.reason is '更正理由；首次登记为空';

alter table import drop constraint import_kind_is_known;
alter table import add constraint import_kind_is_known check (kind in
    ('divisions', 'parcels', 'buildings', 'approvals', 'supplies', 'zones', 'projects', 'project-events', 'targets',
     'supply-events'));
