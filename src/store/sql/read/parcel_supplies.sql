-- Which contracts supplied the parcel: those that name it, and those whose finding does? $1 division, $2 parcel.
select s.division_code,
       d.name as division_name,
       s.supply_code,
       s.parcel_code,
       s.project_name,
       s.land_user,
       s.location,
       s.supply_mode,
       s.land_use_name,
       s.industry_edition,
       s.industry_code,
       s.contract_signed_on,
       s.delivered_on,
       s.agreed_start_on,
       s.agreed_finish_on,
       s.construction_state,
       s.actual_start_on,
       s.actual_finish_on,
       s.contract_far_min,
       s.contract_far_max,
       s.contract_density_max,
       s.price_wan_yuan,
       s.documentary_area_m2,
       s.ellipsoidal_area_m2,
       s.planar_area_m2,
       coalesce(s.observed_on, i.observed_on) as observed_on,
       s.geom is not null as has_geometry,
       s.import_id,
       i.file_name,
       s.source_row
from supply s
join division d on d.division_code = s.division_code
join import i on i.import_id = s.import_id
where upper_inf(s.recorded) and s.division_code = $1
  and (s.parcel_code = $2
       or s.supply_code in (select f.subject_code
                            from current_run c
                            join finding f using (run_id)
                            where f.division_code = $1 and f.parcel_code = $2 and f.subject_kind = 'supply'))
order by s.contract_signed_on, s.supply_code
