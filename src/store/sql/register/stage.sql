-- Where do the {called} of one import wait until they are compared with what is recorded?
create temp table if not exists {table}_staging (
    row_number integer not null,
    {definitions}
) on commit drop
