-- What does every row of every register point to, and where does it lie, so that the subjects which a change reaches can be found?
create view linked_row as
    select 'parcels'::text as kind, division_code, version_id, parcel_code as code, parcel_code, null::text as supply_code,
        null::text as enterprise_code, import_id, recorded, geom
    from parcel
    union all
    select 'buildings', division_code, version_id, building_code, null, null, null, import_id, recorded, geom from building
    union all
    select 'approvals', division_code, version_id, approval_number, null, null, null, import_id, recorded, geom from approval
    union all
    select 'deductions', division_code, version_id, deduction_code, null, null, null, import_id, recorded, geom from approval_deduction
    union all
    select 'supplies', division_code, version_id, supply_code, parcel_code, supply_code, null, import_id, recorded, geom from supply
    union all
    select 'supply-events', division_code, version_id, event_code, null, supply_code, null, import_id, recorded,
        null::geometry(multipolygon, 4490) from supply_event
    union all
    select 'enterprises', division_code, version_id, enterprise_code, null, null, enterprise_code, import_id, recorded,
        null::geometry(multipolygon, 4490) from enterprise
    union all
    select 'occupancies', division_code, version_id, occupancy_code, parcel_code, null, enterprise_code, import_id, recorded,
        null::geometry(multipolygon, 4490)
    from occupancy
    union all
    select 'enterprise-years', division_code, version_id, enterprise_code, null, null, enterprise_code, import_id, recorded,
        null::geometry(multipolygon, 4490)
    from enterprise_year
    union all
    select 'projects', division_code, version_id, project_code, null, null, null, import_id, recorded, geom from project
    union all
    select 'project-events', division_code, version_id, project_code, null, null, null, import_id, recorded,
        null::geometry(multipolygon, 4490) from project_event;
comment on view linked_row is '各登记簿的全部版本，连同所指的编号与图形：用来找出一次变更波及哪些对象';
comment on column linked_row.kind is '登记簿种类，与 import.kind 相同';
comment on column linked_row.division_code is '行政区划代码';
comment on column linked_row.version_id is '版本号，在其登记簿的行政区内唯一';
comment on column linked_row.code is '编号；企业年度数据为企业代码，项目节点为项目编号';
comment on column linked_row.parcel_code is '所指的宗地代码；宗地为其自身';
comment on column linked_row.supply_code is '所指的供地合同；合同为其自身';
comment on column linked_row.enterprise_code is '所指的企业代码；企业为其自身';
comment on column linked_row.import_id is '来源导入批';
comment on column linked_row.recorded is '登记期间';
comment on column linked_row.geom is '图形，EPSG:4490，经度在前；没有图形为空';
