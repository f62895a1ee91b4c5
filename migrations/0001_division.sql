-- Which places does the bureau answer for, and who reports for them?
-- Divisions carry a national code; reporting units (嘉兴经开区, 嘉兴港区) do not, and lie inside divisions.
create extension if not exists postgis;
create extension if not exists btree_gist;

create table division (
    division_code text primary key,
    name          text not null,
    geom          geometry(multipolygon, 4490) not null,
    constraint division_code_is_six_digits check (division_code ~ '^[0-9]{6}$'),
    constraint division_geom_is_valid check (st_isvalid(geom))
);
comment on table division is '行政区：县级行政区划';
comment on column division.division_code is '行政区划代码，6 位';
comment on column division.name is '名称';
comment on column division.geom is '行政界线，EPSG:4490，经度在前';
create index division_geom on division using gist (geom);

create table reporting_unit (
    reporting_unit_code text primary key,
    name                text not null,
    division_code       text references division (division_code),
    constraint reporting_unit_code_is_short check (reporting_unit_code ~ '^[A-Za-z0-9_-]{2,32}$')
);
comment on table reporting_unit is '报送单位：县（市、区）与没有行政区划代码的功能区';
comment on column reporting_unit.reporting_unit_code is '报送单位代码；县级单位用其行政区划代码，功能区用本系统内代号';
comment on column reporting_unit.name is '名称';
comment on column reporting_unit.division_code is '县级单位对应的行政区划代码；跨县功能区为空';
