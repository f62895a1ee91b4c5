-- What was supplied on which parcel or outline, and on what terms?
copy (
    select division_code, supply_code, parcel_code, contract_signed_on, contract_far_min, contract_density_max,
        construction_state = 'finished', ellipsoidal_area_m2, geom
    from supply where upper_inf(recorded) and (parcel_code is not null or geom is not null)
) to stdout (format binary)
