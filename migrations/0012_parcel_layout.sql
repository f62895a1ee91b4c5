-- How does the source say that a parcel is laid out: built land, structures, yards, offices, green?
alter table parcel
    add column stated_built_land_m2 double precision,
    add column stated_structures_m2 double precision,
    add column stated_yard_m2 double precision,
    add column stated_office_land_m2 double precision,
    add column stated_office_floor_m2 double precision,
    add column stated_green_m2 double precision,
    add column land_use_mark text,
    add constraint parcel_layout_is_not_negative check
        ((stated_built_land_m2 is null or stated_built_land_m2 >= 0) and (stated_structures_m2 is null or stated_structures_m2 >= 0)
         and (stated_yard_m2 is null or stated_yard_m2 >= 0) and (stated_office_land_m2 is null or stated_office_land_m2 >= 0)
         and (stated_office_floor_m2 is null or stated_office_floor_m2 >= 0) and (stated_green_m2 is null or stated_green_m2 >= 0));
comment on column parcel.stated_built_land_m2 is '来源所载已建成用地面积，平方米';
comment on column parcel.stated_structures_m2 is '来源所载构筑物占地面积，平方米';
comment on column parcel.stated_yard_m2 is '来源所载露天堆场用地面积，平方米';
comment on column parcel.stated_office_land_m2 is '来源所载行政办公及生活服务设施用地面积，平方米';
comment on column parcel.stated_office_floor_m2 is '来源所载行政办公及生活服务设施建筑面积，平方米';
comment on column parcel.stated_green_m2 is '来源所载绿地面积，平方米';
comment on column parcel.land_use_mark is '用途代码之外的地方标记，如新型产业用地 M0';

-- What was approved for a renovation project, and does an exception apply to it?
alter table project
    add column approval_document text,
    add column general_purpose_factory boolean,
    add column conforms_to_plan boolean,
    add column exception_reason text,
    add column exception_document text;
comment on column project.approval_document is '批准文号';
comment on column project.general_purpose_factory is '是否通用类厂房；空为来源未说明';
comment on column project.conforms_to_plan is '是否符合规划；空为来源未说明';
comment on column project.exception_reason is '例外理由；空为没有例外';
comment on column project.exception_document is '例外批准文件';
