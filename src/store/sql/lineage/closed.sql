-- How many parcels did the import $1 close because others took over their ground?
select count(distinct version_id) from parcel_lineage where import_id = $1
