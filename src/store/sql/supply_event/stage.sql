-- Where do the changes and suspensions of contracts of one import wait until they are compared with what is recorded?
create temp table if not exists supply_event_staging (
    row_number      integer not null,
    division_code   text not null,
    event_code      text not null,
    supply_code     text,
    event_kind      text,
    starts_on       date,
    ends_on         date,
    new_start_on    date,
    new_finish_on   date,
    document_number text,
    document_dated  date,
    remark          text,
    observed_on     date
) on commit drop
