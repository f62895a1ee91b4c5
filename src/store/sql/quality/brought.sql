-- How many rows did the import $1 bring?
select (rows_new + rows_changed)::bigint from import where import_id = $1
