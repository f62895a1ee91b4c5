-- Where do the project steps of one import wait until they are compared with what is recorded?
create temp table if not exists project_event_staging (
    row_number    integer not null,
    division_code text not null,
    project_code  text not null,
    event_kind    text not null,
    happened_on   date,
    document      text,
    observed_on   date
) on commit drop
