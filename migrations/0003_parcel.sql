-- What is the ground of each parcel, and how large is it by document, on the ellipsoid and in the plane?
create table parcel (
    division_code text not null references division (division_code),
    version_id    bigint generated always as identity,
    parcel_code   text not null,
    location      text,
    right_holder  text,
    land_use_scheme text,
    land_use_code text,
    industry_edition text,
    industry_code text,
    reporting_unit_code text references reporting_unit (reporting_unit_code),
    documentary_area_m2  double precision,
    ellipsoidal_area_m2  double precision not null,
    planar_area_m2       double precision,
    stated_counting_floor_area_m2 double precision,
    stated_footprint_m2  double precision,
    geom          geometry(multipolygon, 4490) not null,
    import_id     bigint not null references import (import_id),
    source_row    integer not null,
    observed_on   date,
    recorded      tstzrange not null default tstzrange(now(), null),
    reason        text,
    primary key (division_code, version_id),
    constraint parcel_recorded_has_start check (not isempty(recorded) and lower(recorded) is not null and not lower_inf(recorded)),
    constraint parcel_code_is_present check (parcel_code <> ''),
    constraint parcel_areas_are_positive check
        (ellipsoidal_area_m2 > 0 and (planar_area_m2 is null or planar_area_m2 > 0)
         and (documentary_area_m2 is null or documentary_area_m2 > 0)),
    constraint parcel_stated_areas_are_not_negative check
        ((stated_counting_floor_area_m2 is null or stated_counting_floor_area_m2 >= 0)
         and (stated_footprint_m2 is null or stated_footprint_m2 >= 0)),
    constraint parcel_industry_names_its_edition check ((industry_code is null) = (industry_edition is null))
);
create unique index parcel_current on parcel (division_code, parcel_code) where upper_inf(recorded);
create index parcel_history on parcel (parcel_code);
create index parcel_geom on parcel using gist (geom) where upper_inf(recorded);
comment on table parcel is '宗地';
comment on column parcel.division_code is '行政区划代码';
comment on column parcel.parcel_code is '宗地代码（19 位）或来源自有编号，按文本保存';
comment on column parcel.location is '坐落';
comment on column parcel.right_holder is '土地使用权人（单位）';
comment on column parcel.land_use_scheme is '用途分类标准，如 GB/T 21010-2017';
comment on column parcel.land_use_code is '用途分类代码';
comment on column parcel.industry_edition is '行业代码版本，如 GB/T 4754-2017';
comment on column parcel.industry_code is '行业大类代码，2 位';
comment on column parcel.reporting_unit_code is '报送单位';
comment on column parcel.documentary_area_m2 is '证载（合同）面积，平方米';
comment on column parcel.ellipsoidal_area_m2 is '椭球面积，平方米';
comment on column parcel.planar_area_m2 is '平面面积，平方米，EPSG:4549；图形在该带之外为空';
comment on column parcel.stated_counting_floor_area_m2 is '来源所载计容建筑面积，平方米';
comment on column parcel.stated_footprint_m2 is '来源所载建筑基底面积，平方米';
comment on column parcel.geom is '宗地界线，EPSG:4490，经度在前';
comment on column parcel.version_id is '版本号';
comment on column parcel.import_id is '来源导入批';
comment on column parcel.source_row is '来源行号，自 1 起';
comment on column parcel.observed_on is '数据时点';
comment on column parcel.recorded is '系统时间：本版本何时为现行；上界为空即现行版本';
comment on column parcel.reason is '更正理由；首次登记为空';
