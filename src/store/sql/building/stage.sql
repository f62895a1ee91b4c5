-- Where do the buildings of one import wait until they are compared with what is recorded?
create temp table if not exists building_staging (
    row_number           integer not null,
    division_code        text not null,
    building_code        text not null,
    parcel_code          text,
    name                 text,
    building_use         text,
    storeys_above        integer,
    storey_height_m      double precision,
    height_m             double precision,
    stated_floor_area_m2 double precision,
    stated_footprint_m2  double precision,
    completed_on         date,
    observed_on          date,
    ellipsoidal_area_m2  double precision,
    planar_area_m2       double precision,
    geom                 geometry(multipolygon, 4490)
) on commit drop
