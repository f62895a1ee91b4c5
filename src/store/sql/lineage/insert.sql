-- From which versions ($2) into which ($3) did ground go by the import $1, in which way ($4) and how much of it ($5)?
insert into parcel_lineage (
    import_id, division_code, parcel_code, version_id, successor_division_code, successor_parcel_code,
    successor_version_id, lineage_kind, shared_area_m2, recorded_at
)
select $1, p.division_code, p.parcel_code, p.version_id, s.division_code, s.parcel_code, s.version_id, l.lineage_kind, l.shared, i.received_at
from unnest($2::bigint[], $3::bigint[], $4::text[], $5::double precision[]) as l (predecessor, successor, lineage_kind, shared)
join parcel p on p.version_id = l.predecessor
join parcel s on s.version_id = l.successor
join import i on i.import_id = $1
