-- What became of the rows of the import? The CHECK of the table makes the four figures add up to the rows read.
update import set rows_new = $2, rows_changed = $3, rows_unchanged = $4 where import_id = $1
