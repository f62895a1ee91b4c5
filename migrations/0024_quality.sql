-- From which size on is a fault of topology worth telling, and where does the ground of every register lie?
create table quality_tolerance (
    name      text primary key,
    value     double precision not null,
    unit      text not null,
    certainty text not null,
    note      text not null,
    constraint quality_tolerance_is_not_negative check (value >= 0 and value < 'infinity'),
    constraint quality_tolerance_unit_is_known check (unit in ('m', 'm2', 'share')),
    constraint quality_tolerance_certainty_is_known check (certainty in ('document', 'operator'))
);
comment on table quality_tolerance is '图形质量检查的容差：导入时按当时的值检查，问题说明中写明所用的值；修改后对以后的导入生效';
comment on column quality_tolerance.name is '名称';
comment on column quality_tolerance.value is '值';
comment on column quality_tolerance.unit is 'm 米；m2 平方米；share 份额，0–1';
comment on column quality_tolerance.certainty is 'document 有文件规定；operator 操作员的设置，不是规定';
comment on column quality_tolerance.note is '含义';
insert into quality_tolerance (name, value, unit, certainty, note) values
    ('same_min_share', 0.999999, 'share', 'operator', '两个图形相互重叠的份额都不小于此值，即为同一图形：差别只是坐标取舍'),
    ('nearly_same_min_share', 0.98, 'share', 'operator', '两个图形相互重叠的份额都不小于此值，即为几乎同一图形'),
    ('overlap_min_area', 1, 'm2', 'operator', '宗地之间重叠不小于此面积的逐处列出'),
    ('gap_min_width', 0.01, 'm', 'operator', '窄于此宽度的缝是坐标取舍，不列'),
    ('gap_max_width', 0.5, 'm', 'operator', '不宽于此宽度的缝视为两次测量同一界线之差；更宽的是道路、河流或空地'),
    ('gap_min_length', 2, 'm', 'operator', '短于此长度的缝不列'),
    ('sliver_min_area', 5, 'm2', 'operator', '小于此面积的宗地是碎屑'),
    ('sliver_min_width', 0.5, 'm', 'operator', '平均宽度（两倍面积除以周长）小于此值的宗地是碎屑'),
    ('outside_min_share', 0.1, 'share', 'operator', '在所属行政区界线之外的份额不小于此值的列出；公开的界线精度有限'),
    ('outside_min_area', 100, 'm2', 'operator', '在所属行政区界线之外不小于此面积的列出'),
    ('lineage_max_uncovered', 0.01, 'share', 'operator', '新宗地未覆盖的份额不大于此值，原宗地视为已被承接而关闭'),
    ('lineage_min_shared', 1, 'm2', 'operator', '共有不小于此面积的新宗地才是原宗地的承接者');

create view ground_row as
    select 'parcels'::text as kind, version_id, division_code, parcel_code as code, import_id, source_row, ellipsoidal_area_m2, planar_area_m2, geom
    from parcel where upper_inf(recorded)
    union all
    select 'buildings', version_id, division_code, building_code, import_id, source_row, ellipsoidal_area_m2, planar_area_m2, geom
    from building where upper_inf(recorded)
    union all
    select 'approvals', version_id, division_code, approval_number, import_id, source_row, ellipsoidal_area_m2, planar_area_m2, geom
    from approval where upper_inf(recorded) and geom is not null
    union all
    select 'supplies', version_id, division_code, supply_code, import_id, source_row, ellipsoidal_area_m2, planar_area_m2, geom
    from supply where upper_inf(recorded) and geom is not null
    union all
    select 'deductions', version_id, division_code, deduction_code, import_id, source_row, ellipsoidal_area_m2, planar_area_m2, geom
    from approval_deduction where upper_inf(recorded) and geom is not null
    union all
    select 'zones', version_id, division_code, zone_code, import_id, source_row, ellipsoidal_area_m2, planar_area_m2, geom
    from plan_zone where upper_inf(recorded)
    union all
    select 'projects', version_id, division_code, project_code, import_id, source_row, ellipsoidal_area_m2, planar_area_m2, geom
    from project where upper_inf(recorded) and geom is not null;
comment on view ground_row is '各登记簿现行的图形，供质量检查逐登记簿读取';
comment on column ground_row.kind is '登记簿种类，与 import.kind 相同';
comment on column ground_row.version_id is '版本号，在其登记簿内唯一';
comment on column ground_row.division_code is '行政区划代码';
comment on column ground_row.code is '编号';
comment on column ground_row.import_id is '来源导入批';
comment on column ground_row.source_row is '来源行号，自 1 起';
comment on column ground_row.ellipsoidal_area_m2 is '椭球面积，平方米';
comment on column ground_row.planar_area_m2 is '平面面积，平方米；图形在测量平面之外为空';
comment on column ground_row.geom is '图形，EPSG:4490，经度在前';
