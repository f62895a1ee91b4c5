-- What does the map show? One view a layer: the present versions, with what the shown run says of them. Tiles from the database,
-- the snapshot in memory and its patches all read these, so that they cannot differ in what they mean.

-- Which run is shown? The current one, unless this transaction asked for another.
create function shown_run() returns bigint language sql stable as $$
    select coalesce(nullif(current_setting('mujun.run', true), '')::bigint, (select run_id from current_run))
$$;

-- By which versions were others followed, and when? Only closed versions are in these.
create index parcel_closed on parcel (upper(recorded)) where not upper_inf(recorded);
create index building_closed on building (upper(recorded)) where not upper_inf(recorded);
create index approval_closed on approval (upper(recorded)) where not upper_inf(recorded);
create index supply_closed on supply (upper(recorded)) where not upper_inf(recorded);
create index plan_zone_closed on plan_zone (upper(recorded)) where not upper_inf(recorded);

create view display_parcel as
select p.version_id as id,
       p.division_code,
       p.parcel_code,
       coalesce(s.counted_kind, '') as kind,
       coalesce(array_to_string(s.kinds, ','), '') as kinds,
       coalesce(s.undetermined_count, 0) as undetermined,
       s.plot_ratio,
       coalesce(s.site_area_m2, p.documentary_area_m2, p.ellipsoidal_area_m2) * 3 / 2000 as area_mu,
       coalesce(s.flagged_area_m2, 0) * 3 / 2000 as flagged_mu,
       p.geom
from parcel p
left join parcel_state s
       on s.run_id = (select shown_run()) and s.division_code = p.division_code and s.parcel_code = p.parcel_code
where upper_inf(p.recorded);
comment on view display_parcel is '地图上的宗地：现行版本与所示评价批的结论';
comment on column display_parcel.id is '宗地版本号';
comment on column display_parcel.division_code is '行政区划代码';
comment on column display_parcel.parcel_code is '宗地代码';
comment on column display_parcel.kind is '计面积的疑似类别；没有为空文字';
comment on column display_parcel.kinds is '全部疑似类别，以逗号分隔';
comment on column display_parcel.undetermined is '待核的规则数';
comment on column display_parcel.plot_ratio is '容积率';
comment on column display_parcel.area_mu is '土地面积，亩';
comment on column display_parcel.flagged_mu is '计入的疑似面积，亩';
comment on column display_parcel.geom is '宗地界线，EPSG:4490，经度在前';

create view display_building as
select b.version_id as id, b.division_code, b.building_code, b.storeys_above as storeys, b.geom
from building b
where upper_inf(b.recorded);
comment on view display_building is '地图上的建筑物：现行版本';
comment on column display_building.id is '建筑物版本号';
comment on column display_building.division_code is '行政区划代码';
comment on column display_building.building_code is '建筑编号';
comment on column display_building.storeys is '地上层数';
comment on column display_building.geom is '基底，EPSG:4490，经度在前';

create view display_approval as
select a.version_id as id, a.division_code, a.approval_number, extract(year from a.approved_on)::integer as plan_year, a.geom
from approval a
where upper_inf(a.recorded) and a.geom is not null;
comment on view display_approval is '地图上的用地批次：现行版本，有图形的';
comment on column display_approval.id is '批次版本号';
comment on column display_approval.division_code is '行政区划代码';
comment on column display_approval.approval_number is '批准文号';
comment on column display_approval.plan_year is '计划年度：批准的年份';
comment on column display_approval.geom is '批准范围，EPSG:4490，经度在前';

create view display_supply as
select s.version_id as id,
       s.division_code,
       s.supply_code,
       s.parcel_code,
       coalesce(s.construction_state, '') as construction_state,
       extract(year from s.contract_signed_on)::integer as plan_year,
       s.geom
from supply s
where upper_inf(s.recorded) and s.geom is not null;
comment on view display_supply is '地图上的供地合同：现行版本，有图形的';
comment on column display_supply.id is '供地合同版本号';
comment on column display_supply.division_code is '行政区划代码';
comment on column display_supply.supply_code is '供地编号';
comment on column display_supply.parcel_code is '所在宗地代码';
comment on column display_supply.construction_state is '建设状态；没有记录为空文字';
comment on column display_supply.plan_year is '计划年度：合同签订的年份';
comment on column display_supply.geom is '供地范围，EPSG:4490，经度在前';

create view display_zone as
select z.version_id as id, z.division_code, z.zone_code, z.zone_type_code, z.zone_type_name, z.is_industrial, z.geom
from plan_zone z
where upper_inf(z.recorded);
comment on view display_zone is '地图上的规划分区：现行版本';
comment on column display_zone.id is '规划分区版本号';
comment on column display_zone.division_code is '行政区划代码';
comment on column display_zone.zone_code is '分区编号';
comment on column display_zone.zone_type_code is '用途代码';
comment on column display_zone.zone_type_name is '用途名称';
comment on column display_zone.is_industrial is '是否工业用途';
comment on column display_zone.geom is '分区范围，EPSG:4490，经度在前';

create view display_project as
select p.version_id as id,
       p.division_code,
       p.project_code,
       p.name,
       coalesce((select v.event_kind
                 from project_event v
                 where upper_inf(v.recorded) and v.division_code = p.division_code and v.project_code = p.project_code
                 order by v.happened_on desc,
                          array_position(array['determined', 'plan_approved', 'vacated', 'supplied', 'started', 'completed', 'accepted'],
                                         v.event_kind) desc
                 limit 1), '') as stage,
       (select extract(year from min(v.happened_on))::integer
        from project_event v
        where upper_inf(v.recorded) and v.division_code = p.division_code and v.project_code = p.project_code
          and v.event_kind = 'determined') as plan_year,
       p.geom
from project p
where upper_inf(p.recorded) and p.geom is not null;
comment on view display_project is '地图上的改造项目：现行版本，有图形的';
comment on column display_project.id is '项目版本号';
comment on column display_project.division_code is '行政区划代码';
comment on column display_project.project_code is '项目编号';
comment on column display_project.name is '项目名称';
comment on column display_project.stage is '所处节点；没有节点为空文字';
comment on column display_project.plan_year is '计划年度：认定的年份';
comment on column display_project.geom is '改造范围，EPSG:4490，经度在前';

create view display_division as
select d.division_code::bigint as id, d.division_code, d.name, d.geom
from division d;
comment on view display_division is '地图上的行政区';
comment on column display_division.id is '行政区划代码，作数';
comment on column display_division.division_code is '行政区划代码';
comment on column display_division.name is '名称';
comment on column display_division.geom is '行政区范围，EPSG:4490，经度在前';

create view display_leftover as
select a.version_id as id,
       f.division_code,
       f.subject_code as approval_number,
       coalesce(l.state_after, 'suspected') as state,
       f.flagged_area_m2 * 3 / 2000 as area_mu,
       f.geom
from finding f
join approval a on upper_inf(a.recorded) and a.division_code = f.division_code and a.approval_number = f.subject_code
left join latest_determination l
       on l.division_code = f.division_code and l.subject_kind = f.subject_kind
      and l.subject_code = f.subject_code and l.rule_id = f.rule_id
where f.run_id = (select shown_run()) and f.subject_kind = 'approval' and f.flag = 'approved_not_supplied' and f.geom is not null;
comment on view display_leftover is '地图上的批而未供剩余图形：所示评价批的结论，批次仍为现行';
comment on column display_leftover.id is '批次版本号';
comment on column display_leftover.division_code is '行政区划代码';
comment on column display_leftover.approval_number is '批准文号';
comment on column display_leftover.state is '办理状态';
comment on column display_leftover.area_mu is '剩余面积，亩';
comment on column display_leftover.geom is '剩余图形，EPSG:4490，经度在前';

-- By which number is a finding drawn? It has none of its own: 52 bits of the digest of its key, the same in every run and exact
-- in JavaScript.
create function finding_number(division_code text, subject_kind text, subject_code text, rule_id text)
returns bigint language sql immutable as $$
    select ('x' || left(md5(concat_ws(chr(10), division_code, subject_kind, subject_code, rule_id)), 13))::bit(52)::bigint
$$;

create view display_finding as
select finding_number(f.division_code, f.subject_kind, f.subject_code, f.rule_id) as id,
       f.division_code,
       f.subject_kind,
       f.subject_code,
       f.parcel_code,
       f.rule_id,
       f.flag as kind,
       f.outcome,
       f.force,
       coalesce(l.state_after, 'suspected') as state,
       f.flagged_area_m2 * 3 / 2000 as area_mu,
       coalesce(f.geom, p.geom, s.geom, a.geom)::geometry(multipolygon, 4490) as geom
from finding f
left join parcel p
       on upper_inf(p.recorded) and p.division_code = f.division_code and p.parcel_code = f.parcel_code
left join supply s
       on f.subject_kind = 'supply' and upper_inf(s.recorded)
      and s.division_code = f.division_code and s.supply_code = f.subject_code
left join approval a
       on f.subject_kind = 'approval' and upper_inf(a.recorded)
      and a.division_code = f.division_code and a.approval_number = f.subject_code
left join latest_determination l
       on l.division_code = f.division_code and l.subject_kind = f.subject_kind
      and l.subject_code = f.subject_code and l.rule_id = f.rule_id
where f.run_id = (select shown_run()) and f.flag is not null and coalesce(f.geom, p.geom, s.geom, a.geom) is not null;
comment on view display_finding is '地图上的疑似结论：所示评价批的标记；图形为疑似范围，没有时为对象的范围';
comment on column display_finding.id is '结论键摘要的前 52 位，作数；各评价批相同';
comment on column display_finding.division_code is '行政区划代码';
comment on column display_finding.subject_kind is '对象种类';
comment on column display_finding.subject_code is '对象编号';
comment on column display_finding.parcel_code is '所涉宗地代码';
comment on column display_finding.rule_id is '规则编号';
comment on column display_finding.kind is '疑似类别';
comment on column display_finding.outcome is '结论';
comment on column display_finding.force is '效力';
comment on column display_finding.state is '办理状态';
comment on column display_finding.area_mu is '计入的疑似面积，亩';
comment on column display_finding.geom is '疑似范围或对象的范围，EPSG:4490，经度在前';
