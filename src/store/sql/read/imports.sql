-- Which files came in, newest first, and how many issues had each?
select i.import_id, i.kind, i.file_name, i.file_sha256, i.mapping_name, i.mapping_sha256, i.layer_name, i.provider,
       i.is_synthetic, i.crs, i.encoding, i.observed_on, i.received_on, i.decisions, i.received_at, i.rows_read, i.rows_new, i.rows_changed,
       i.rows_unchanged, i.rows_quarantined,
       (select count(*) from import_issue q where q.import_id = i.import_id) as issue_count
from import i
order by i.import_id desc
limit $1
