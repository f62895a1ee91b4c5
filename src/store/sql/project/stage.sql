-- Where do the renovation projects of one import wait until they are compared with what is recorded?
create temp table if not exists project_staging (
    row_number              integer not null,
    division_code           text not null,
    project_code            text not null,
    name                    text,
    reporting_unit_code     text,
    renewal_measure         text,
    reported_area_m2        double precision,
    approval_document       text,
    general_purpose_factory boolean,
    conforms_to_plan        boolean,
    exception_reason        text,
    exception_document      text,
    observed_on             date,
    ellipsoidal_area_m2     double precision,
    planar_area_m2          double precision,
    geom                    geometry(multipolygon, 4490)
) on commit drop
