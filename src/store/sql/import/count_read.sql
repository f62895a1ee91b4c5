-- How many rows did the file turn out to have, and how many of them were set aside? The others are unchanged until complete.sql says more.
update import set rows_read = $2, rows_unchanged = $2::integer - $3::integer, rows_quarantined = $3 where import_id = $1
