-- Where did every row come from, and what was wrong with the rows that did not come in?
-- A revision is one committed change of the registers; "facts revision" of a run is the largest one it saw.
create table import (
    import_id        bigint generated always as identity primary key,
    kind             text not null,
    file_name        text not null,
    file_sha256      text not null,
    mapping_name     text not null,
    mapping_sha256   text not null,
    layer_name       text,
    provider         text,
    is_synthetic     boolean not null default false,
    crs              text,
    encoding         text,
    observed_on      date,
    received_at      timestamptz not null default now(),
    rows_read        integer not null,
    rows_new         integer not null,
    rows_changed     integer not null,
    rows_unchanged   integer not null,
    rows_quarantined integer not null,
    constraint import_kind_is_known check (kind in
        ('divisions', 'parcels', 'buildings', 'approvals', 'supplies', 'zones', 'projects', 'project-events', 'targets')),
    constraint import_digest_is_sha256 check (file_sha256 ~ '^[0-9a-f]{64}$' and mapping_sha256 ~ '^[0-9a-f]{64}$'),
    constraint import_rows_add_up check
        (rows_read >= 0 and rows_read = rows_new + rows_changed + rows_unchanged + rows_quarantined),
    constraint import_same_file_once unique (kind, file_sha256, mapping_sha256)
);
comment on table import is '导入批：一个文件、一次事务';
comment on column import.import_id is '导入批号';
comment on column import.kind is '登记簿种类';
comment on column import.file_name is '文件名（不含路径）';
comment on column import.file_sha256 is '文件内容的 SHA-256，十六进制小写';
comment on column import.mapping_name is '字段映射名称';
comment on column import.mapping_sha256 is '字段映射内容的 SHA-256';
comment on column import.layer_name is '图层或工作表名';
comment on column import.provider is '提供单位';
comment on column import.is_synthetic is '是否示例数据（合成）；凡展示处须标明';
comment on column import.crs is '来源坐标系，如 EPSG:4528；无几何的表为空';
comment on column import.encoding is '属性编码，如 GBK';
comment on column import.observed_on is '数据时点：文件所述情况的日期';
comment on column import.received_at is '收到并提交的时刻';
comment on column import.rows_read is '读到的行数';
comment on column import.rows_new is '新增行数';
comment on column import.rows_changed is '形成新版本的行数';
comment on column import.rows_unchanged is '与现行版本相同的行数';
comment on column import.rows_quarantined is '隔离的行数';

create table import_issue (
    import_id  bigint not null references import (import_id),
    ordinal    integer not null,
    code       text not null,
    severity   text not null,
    party      text not null,
    row_number integer,
    column_name text,
    value      text,
    message    text not null,
    remedy     text not null,
    geom       geometry(point, 4490),
    raw_row    jsonb,
    primary key (import_id, ordinal),
    constraint import_issue_code_form check (code ~ '^ING-[0-9]{3}$'),
    constraint import_issue_severity_is_known check (severity in ('blocks_row', 'degrades', 'notice')),
    constraint import_issue_party_is_known check (party in ('data_supplier', 'operator', 'developer'))
);
comment on table import_issue is '导入问题：每行每处的问题、原因与处理办法；被隔离的行原样保存';
comment on column import_issue.import_id is '导入批';
comment on column import_issue.ordinal is '批内序号';
comment on column import_issue.code is '问题代码，稳定不变，如 ING-014';
comment on column import_issue.severity is 'blocks_row 该行隔离；degrades 该行入库但缺一项；notice 仅提示';
comment on column import_issue.party is '应由谁处理：数据提供方、操作员、开发者';
comment on column import_issue.row_number is '来源行号，自 1 起（不含表头）';
comment on column import_issue.column_name is '来源列名';
comment on column import_issue.value is '来源原值';
comment on column import_issue.message is '说明：哪里、发现什么、应为什么';
comment on column import_issue.remedy is '处理办法';
comment on column import_issue.geom is '地图位置，EPSG:4490';
comment on column import_issue.raw_row is '被隔离的原行：列名到原值';

create table revision (
    revision_id bigint generated always as identity primary key,
    recorded_at timestamptz not null default now(),
    import_id   bigint references import (import_id),
    cause       text not null
);
comment on table revision is '登记簿修订：每次提交的变更一行';
comment on column revision.revision_id is '修订号，递增';
comment on column revision.recorded_at is '提交事务的时刻，与各登记簿 recorded 的起点相同';
comment on column revision.import_id is '来自哪一导入批；人工更正为空';
comment on column revision.cause is '原因';
