-- Was this very file already recorded with this very mapping and these very decisions, and what became of it?
select import_id, file_name, received_at, layer_name, crs, encoding, rows_read, rows_quarantined, provider, observed_on, received_on
from import
where kind = $1 and file_sha256 = $2 and mapping_sha256 = $3 and md5(decisions::text) = md5($4::jsonb::text)
