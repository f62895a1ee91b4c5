-- What number does this change of the registers get? Its instant is the import's; a correction by hand takes the clock's.
insert into revision (recorded_at, import_id, cause)
select
    coalesce(
        (select received_at from import where import_id = $1),
        greatest(clock_timestamp(), (select max(recorded_at) from revision) + interval '1 microsecond')
    ),
    $1, $2
returning revision_id
