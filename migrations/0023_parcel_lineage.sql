-- From which parcels did a parcel arise, and into which did it go, when an import replaced ground without naming it?
create table parcel_lineage (
    import_id               bigint not null references import (import_id),
    division_code           text not null,
    parcel_code             text not null,
    version_id              bigint not null,
    successor_division_code text not null,
    successor_parcel_code   text not null,
    successor_version_id    bigint not null,
    lineage_kind            text not null,
    shared_area_m2          double precision not null,
    recorded_at             timestamptz not null,
    primary key (import_id, version_id, successor_version_id),
    constraint parcel_lineage_kind_is_known check (lineage_kind in ('split', 'merge', 'adjust', 'renumber')),
    constraint parcel_lineage_area_is_positive check (shared_area_m2 > 0),
    constraint parcel_lineage_is_between_two check (version_id <> successor_version_id)
);
create index parcel_lineage_of on parcel_lineage (parcel_code, division_code);
create index parcel_lineage_to on parcel_lineage (successor_parcel_code, successor_division_code);
comment on table parcel_lineage is '宗地沿革：一次导入使哪些原宗地关闭，由哪些宗地承接';
comment on column parcel_lineage.import_id is '由哪一导入批登记';
comment on column parcel_lineage.division_code is '原宗地的行政区划代码';
comment on column parcel_lineage.parcel_code is '原宗地代码';
comment on column parcel_lineage.version_id is '原宗地关闭时的版本号';
comment on column parcel_lineage.successor_division_code is '承接宗地的行政区划代码';
comment on column parcel_lineage.successor_parcel_code is '承接宗地代码';
comment on column parcel_lineage.successor_version_id is '承接宗地登记时的版本号';
comment on column parcel_lineage.lineage_kind is 'split 分割；merge 合并；adjust 调整；renumber 换号';
comment on column parcel_lineage.shared_area_m2 is '原宗地与承接宗地共有的面积，椭球，平方米';
comment on column parcel_lineage.recorded_at is '登记的时刻，与导入批相同：早于它的认知时点不知道这一沿革';
