-- Where do the enterprises of one import wait until they are compared with what is recorded?
create temp table if not exists enterprise_staging (
    row_number       integer not null,
    division_code    text not null,
    enterprise_code  text not null,
    name             text,
    industry_edition text,
    industry_code    text,
    observed_on      date
) on commit drop
