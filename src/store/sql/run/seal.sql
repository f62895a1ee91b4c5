-- What do the findings of the run $1 come to, now that all are written? Asked in the transaction that recorded them.
update run set findings_sha256 = $2, subjects = $3 where run_id = $1
