-- Where do the approvals of one import wait until they are compared with what is recorded?
create temp table if not exists approval_staging (
    row_number          integer not null,
    division_code       text not null,
    approval_number     text not null,
    batch_name          text,
    approval_level      text,
    approved_on         date,
    withdrawn_on        date,
    documentary_area_m2 double precision,
    observed_on         date,
    ellipsoidal_area_m2 double precision,
    planar_area_m2      double precision,
    geom                geometry(multipolygon, 4490)
) on commit drop
