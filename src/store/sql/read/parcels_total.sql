-- How many parcels answer the filter, and how much ground do they have? Parameters as the first five of parcels_page.sql.
select count(*) as count,
       coalesce(sum(coalesce(s.site_area_m2, p.documentary_area_m2, p.ellipsoidal_area_m2)), 0) as area_m2
from parcel p
left join current_run c on true
left join parcel_state s
       on s.run_id = c.run_id and s.division_code = p.division_code and s.parcel_code = p.parcel_code
where upper_inf(p.recorded)
  and ($1::text is null or $1 = any (s.kinds))
  and ($2::text is null or p.division_code = $2)
  and (not $3::boolean or s.undetermined_count > 0)
  and ($4::text is null
       or strpos(lower(p.parcel_code), lower($4)) > 0
       or strpos(lower(p.location), lower($4)) > 0
       or strpos(lower(p.right_holder), lower($4)) > 0)
  and ($5::text is null or st_intersects(p.geom, st_geomfromewkt($5)))
