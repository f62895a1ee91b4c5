-- Where do the divisions of one import wait until they are compared with what is recorded?
create temp table if not exists division_staging (
    row_number    integer not null,
    division_code text not null,
    name          text not null,
    geom          geometry(multipolygon, 4490) not null
) on commit drop
