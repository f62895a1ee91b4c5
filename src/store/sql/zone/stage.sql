-- Where do the plan zones of one import wait until they are compared with what is recorded?
create temp table if not exists zone_staging (
    row_number          integer not null,
    division_code       text not null,
    zone_code           text not null,
    scheme              text,
    zone_type_code      text,
    zone_type_name      text,
    is_industrial       boolean,
    observed_on         date,
    ellipsoidal_area_m2 double precision,
    planar_area_m2      double precision,
    geom                geometry(multipolygon, 4490)
) on commit drop
