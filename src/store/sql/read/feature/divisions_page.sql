-- Which counties, each as one GeoJSON feature? They have no day of observation, so every interval admits them.
-- $1 county, $2 kind, $3 box (EWKT, 4490), $4–$5 first and last day of observation, $6 one code or null,
-- $7–$8 key after which to go on, $9 rows, $10 rows to pass over.
-- Each feature leaves here as finished text: nobody parses it again.
select d.division_code,
       d.division_code as code,
       jsonb_build_object('division_code', d.division_code, 'name', d.name)::text as properties,
       st_asgeojson(st_forcepolygonccw(d.geom), 9, 0) as geometry
from division d
where ($1::text is null or d.division_code = $1)
  and $2::text is null
  and ($3::text is null or st_intersects(d.geom, st_geomfromewkt($3)))
  and ($4::date is null or $4::date is not null)
  and ($5::date is null or $5::date is not null)
  and ($6::text is null or d.division_code = $6)
  and ($7::text is null or (d.division_code, d.division_code) > ($7, $8))
order by d.division_code
limit $9 offset $10
