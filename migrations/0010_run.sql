-- What did which law say about which facts, on which day? A run is immutable; one is current.
create table run (
    run_id           bigint generated always as identity primary key,
    as_of            date not null,
    known_at         timestamptz not null,
    rulebook_edition text not null,
    rulebook_digest  text not null,
    facts_revision   bigint not null,
    library_versions jsonb not null,
    findings_sha256  text not null,
    subjects         integer not null,
    created_at       timestamptz not null default now(),
    constraint run_digests_are_sha256 check (rulebook_digest ~ '^[0-9a-f]{64}$' and findings_sha256 ~ '^[0-9a-f]{64}$')
);
comment on table run is '评价批：规则版本、法律时点、认知时点、事实修订号一并保存';
comment on column run.run_id is '评价批号';
comment on column run.as_of is '法律时点：按哪一天有效的规则与事实';
comment on column run.known_at is '认知时点：按当时已登记的数据';
comment on column run.rulebook_edition is '规则库版本名';
comment on column run.rulebook_digest is '规则库内容的 SHA-256';
comment on column run.facts_revision is '所见登记簿修订号';
comment on column run.library_versions is 'PROJ、GEOS 等库的版本：名称到版本';
comment on column run.findings_sha256 is '全部结论规范形式的 SHA-256';
comment on column run.subjects is '评价对象数';
comment on column run.created_at is '生成时刻';

create table current_run (
    only_row boolean primary key default true,
    run_id   bigint not null references run (run_id),
    constraint current_run_is_one_row check (only_row)
);
comment on table current_run is '现行评价批指针：至多一行';
comment on column current_run.only_row is '恒为真';
comment on column current_run.run_id is '现行评价批';

create table finding (
    run_id        bigint not null references run (run_id),
    division_code text not null,
    subject_kind  text not null,
    subject_code  text not null,
    rule_id       text not null,
    parcel_code   text,
    force         text not null,
    outcome       text not null,
    flag          text,
    flagged_area_m2 double precision,
    detail        jsonb not null,
    geom          geometry(multipolygon, 4490),
    primary key (run_id, division_code, subject_kind, subject_code, rule_id),
    constraint finding_subject_kind_is_known check (subject_kind in ('parcel', 'approval', 'supply')),
    constraint finding_force_is_known check (force in ('binding', 'guidance', 'benchmark')),
    constraint finding_outcome_is_known check (outcome in ('met', 'unmet', 'discretion', 'not_applicable', 'undetermined')),
    constraint finding_flag_is_known check (flag is null or flag in ('approved_not_supplied', 'supplied_not_used', 'underused')),
    constraint finding_flag_has_area check ((flag is null) = (flagged_area_m2 is null))
);
create index finding_by_parcel on finding (run_id, division_code, parcel_code);
create index finding_by_flag on finding (run_id, flag, division_code) where flag is not null;
create index finding_geom on finding using gist (geom) where geom is not null;
comment on table finding is '结论：一个对象、一条规则、一批评价';
comment on column finding.run_id is '评价批';
comment on column finding.division_code is '行政区划代码';
comment on column finding.subject_kind is 'parcel 宗地、approval 批次、supply 供地合同';
comment on column finding.subject_code is '对象编号';
comment on column finding.rule_id is '规则编号';
comment on column finding.parcel_code is '所涉宗地代码；与宗地无关为空';
comment on column finding.force is 'binding 强制、guidance 指导、benchmark 参考';
comment on column finding.outcome is 'met 通过、unmet 不通过、discretion 需人工裁量、not_applicable 不适用、undetermined 待核';
comment on column finding.flag is '疑似类别：approved_not_supplied 批而未供、supplied_not_used 供而未用、underused 用而未尽';
comment on column finding.flagged_area_m2 is '疑似面积，平方米；每平方米只计一次，按批而未供、供而未用、用而未尽的次序';
comment on column finding.detail is '结论全文：输入、来源、阈值、条款原文、算式、差额';
comment on column finding.geom is '疑似范围，EPSG:4490；批而未供为批次减去已供后的剩余图形';

create table parcel_state (
    run_id        bigint not null references run (run_id),
    division_code text not null,
    parcel_code   text not null,
    site_area_m2  double precision not null,
    site_area_basis text not null,
    footprint_m2  double precision,
    counting_floor_area_m2 double precision,
    floor_area_basis text,
    plot_ratio    double precision,
    building_density double precision,
    building_count integer not null,
    kinds         text[] not null,
    counted_kind  text,
    flagged_area_m2 double precision not null,
    undetermined_count integer not null,
    primary key (run_id, division_code, parcel_code),
    constraint parcel_state_site_area_is_positive check (site_area_m2 > 0),
    constraint parcel_state_basis_is_known check (site_area_basis in ('documentary', 'ellipsoidal')),
    constraint parcel_state_counted_kind_is_one_of_kinds check (counted_kind is null or counted_kind = any (kinds))
);
create index parcel_state_by_kind on parcel_state using gin (kinds);
comment on table parcel_state is '宗地量算与标记汇总：供列表、瓦片与卡片直接读取';
comment on column parcel_state.run_id is '评价批';
comment on column parcel_state.division_code is '行政区划代码';
comment on column parcel_state.parcel_code is '宗地代码';
comment on column parcel_state.site_area_m2 is '土地面积，平方米：有证载面积用证载，否则用椭球面积';
comment on column parcel_state.site_area_basis is 'documentary 证载、ellipsoidal 椭球';
comment on column parcel_state.footprint_m2 is '建筑基底面积，平方米（建筑与宗地相交部分）';
comment on column parcel_state.counting_floor_area_m2 is '计容建筑面积，平方米；层高超过限值的层按两层计；缺层数为空';
comment on column parcel_state.floor_area_basis is 'computed 由建筑图形计算、stated 来源所载';
comment on column parcel_state.plot_ratio is '容积率';
comment on column parcel_state.building_density is '建筑密度，0–1';
comment on column parcel_state.building_count is '相交建筑数';
comment on column parcel_state.kinds is '疑似类别';
comment on column parcel_state.counted_kind is '计面积的类别：每平方米只计一次';
comment on column parcel_state.flagged_area_m2 is '计入的疑似面积，平方米';
comment on column parcel_state.undetermined_count is '待核的规则数';
