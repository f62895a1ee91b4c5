-- Where do the occupancies of one import wait until they are compared with what is recorded?
create temp table if not exists occupancy_staging (
    row_number       integer not null,
    division_code    text not null,
    occupancy_code   text not null,
    enterprise_code  text,
    parcel_code      text,
    occupied_area_m2 double precision,
    from_on          date,
    until_on         date,
    tenure           text,
    observed_on      date
) on commit drop
