-- Was this very file already recorded with this very mapping?
select import_id, file_name, received_at from import where kind = $1 and file_sha256 = $2 and mapping_sha256 = $3
