-- From which parcels did the parcel $2 of the division $1 arise and into which did it go, as known at $3 (null: now)?
select
    l.lineage_kind, l.shared_area_m2, l.recorded_at, l.import_id, i.file_name,
    l.division_code, l.parcel_code, p.ellipsoidal_area_m2 as area_m2,
    l.successor_division_code, l.successor_parcel_code, s.ellipsoidal_area_m2 as successor_area_m2
from parcel_lineage l
join import i on i.import_id = l.import_id
join parcel p on p.division_code = l.division_code and p.version_id = l.version_id
join parcel s on s.division_code = l.successor_division_code and s.version_id = l.successor_version_id
where ((l.division_code = $1 and l.parcel_code = $2) or (l.successor_division_code = $1 and l.successor_parcel_code = $2))
  and ($3::timestamptz is null or l.recorded_at <= $3)
order by l.recorded_at, l.division_code, l.parcel_code, l.successor_division_code, l.successor_parcel_code
limit $4
