-- Where do the parcels of one import wait until they are compared with what is recorded?
create temp table if not exists parcel_staging (
    row_number                    integer not null,
    division_code                 text not null,
    parcel_code                   text not null,
    location                      text,
    right_holder                  text,
    land_use_scheme               text,
    land_use_code                 text,
    industry_edition              text,
    industry_code                 text,
    reporting_unit_code           text,
    documentary_area_m2           double precision,
    stated_counting_floor_area_m2 double precision,
    stated_footprint_m2           double precision,
    observed_on                   date,
    ellipsoidal_area_m2           double precision,
    planar_area_m2                double precision,
    geom                          geometry(multipolygon, 4490)
) on commit drop
