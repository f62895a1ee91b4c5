-- Where do the enterprise years of one import wait until they are compared with what is recorded?
create temp table if not exists enterprise_year_staging (
    row_number      integer not null,
    division_code   text not null,
    enterprise_code text not null,
    year            integer not null,
    size_class      text,
    tax_wan_yuan    double precision,
    land_area_m2    double precision,
    grade           text,
    grade_reason    text,
    observed_on     date
) on commit drop
