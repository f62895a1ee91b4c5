-- Is there such an import? $1 import.
select exists (select 1 from import where import_id = $1) as found
