-- Where do the targets of one import wait until they are compared with what is recorded?
create temp table if not exists target_staging (
    row_number     integer not null,
    division_code  text not null,
    target_code    text not null,
    name           text,
    base_year      integer,
    end_year       integer,
    target_area_m2 double precision,
    counted_event  text,
    document       text,
    observed_on    date
) on commit drop
