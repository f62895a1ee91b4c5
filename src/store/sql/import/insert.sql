-- Which file is being recorded? The instant is later than that of every committed revision, whatever the clock says.
-- The counts are provisional until count_read.sql and complete.sql: every row read is either quarantined or, so far, unchanged.
insert into import (
    kind, file_name, file_sha256, mapping_name, mapping_sha256, layer_name, provider, is_synthetic, crs, encoding,
    observed_on, received_on, decisions, received_at, rows_read, rows_new, rows_changed, rows_unchanged, rows_quarantined
)
select
    $1, $2, $3, $4, $5, $6, $7, $8, $9, $10,
    $11, $14, $15,
    greatest(clock_timestamp(), (select max(recorded_at) from revision) + interval '1 microsecond',
             (select max(received_at) from import) + interval '1 microsecond'),
    $12, 0, 0, $12::integer - $13::integer, $13
returning import_id
