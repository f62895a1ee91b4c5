-- Which parcels, each as one GeoJSON feature?
-- $1 county, $2 kind, $3 box (EWKT, 4490), $4–$5 first and last day of observation, $6 one code or null,
-- $7–$8 key after which to go on, $9 rows, $10 rows to pass over.
-- Each feature leaves here as finished text: nobody parses it again.
select p.division_code,
       p.parcel_code as code,
       jsonb_build_object(
           'division_code', p.division_code,
           'parcel_code', p.parcel_code,
           'location', p.location,
           'right_holder', p.right_holder,
           'land_use_scheme', p.land_use_scheme,
           'land_use_code', p.land_use_code,
           'industry_edition', p.industry_edition,
           'industry_code', p.industry_code,
           'documentary_area_m2', p.documentary_area_m2,
           'ellipsoidal_area_m2', p.ellipsoidal_area_m2,
           'planar_area_m2', p.planar_area_m2,
           'site_area_m2', s.site_area_m2,
           'site_area_basis', s.site_area_basis,
           'footprint_m2', s.footprint_m2,
           'counting_floor_area_m2', s.counting_floor_area_m2,
           'floor_area_basis', s.floor_area_basis,
           'plot_ratio', s.plot_ratio,
           'building_density', s.building_density,
           'building_count', s.building_count,
           'kind', s.counted_kind,
           'kinds', array_to_string(s.kinds, ','),
           'undetermined_count', s.undetermined_count,
           'observed_on', coalesce(p.observed_on, i.observed_on),
           'recorded_at', lower(p.recorded),
           'is_synthetic', i.is_synthetic)::text as properties,
       st_asgeojson(st_forcepolygonccw(p.geom), 9, 0) as geometry
from parcel p
join import i on i.import_id = p.import_id
left join current_run c on true
left join parcel_state s
       on s.run_id = c.run_id and s.division_code = p.division_code and s.parcel_code = p.parcel_code
where upper_inf(p.recorded)
  and ($1::text is null or p.division_code = $1)
  and ($2::text is null or $2 = any (s.kinds))
  and ($3::text is null or st_intersects(p.geom, st_geomfromewkt($3)))
  and ($4::date is null or coalesce(p.observed_on, i.observed_on) is null or coalesce(p.observed_on, i.observed_on) >= $4)
  and ($5::date is null or coalesce(p.observed_on, i.observed_on) is null or coalesce(p.observed_on, i.observed_on) <= $5)
  and ($6::text is null or p.parcel_code = $6)
  and ($7::text is null or (p.division_code, p.parcel_code) > ($7, $8))
order by p.division_code, p.parcel_code
limit $9 offset $10
