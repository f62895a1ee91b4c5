-- Which file, from whom and of which date, stands behind each import number?
select import_id, kind, file_name, layer_name, provider, observed_on, received_at, is_synthetic from import order by import_id
