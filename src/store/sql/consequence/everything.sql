-- Which parcels are there, where a change reaches all of them? They come after the rows of the import.
insert into foreseen_row (place, kind, division_code, version_id, code, parcel_code, is_former, geom)
select
    coalesce((select max(place) from foreseen_row), 0) + row_number() over (order by p.geom, p.division_code, p.parcel_code),
    'everything', p.division_code, p.version_id, p.parcel_code, p.parcel_code, false, st_setsrid(st_envelope(p.geom), 4490)
from parcel p
where upper_inf(p.recorded)
