-- Of which parcels does the shown run say something else than run $1 did?
select d.id, d.division_code, d.parcel_code, d.kind, d.kinds, d.undetermined, d.plot_ratio, d.area_mu, d.flagged_mu, d.geom
from display_parcel d
left join parcel_state s on s.run_id = (select shown_run()) and s.division_code = d.division_code and s.parcel_code = d.parcel_code
left join parcel_state o on o.run_id = $1 and o.division_code = d.division_code and o.parcel_code = d.parcel_code
where (s.counted_kind, s.kinds, s.undetermined_count, s.plot_ratio, s.site_area_m2, s.flagged_area_m2)
      is distinct from
      (o.counted_kind, o.kinds, o.undetermined_count, o.plot_ratio, o.site_area_m2, o.flagged_area_m2)
