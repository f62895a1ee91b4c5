-- Was a parcel $2 of the division $1 ever registered?
select exists (select from parcel where division_code = $1 and parcel_code = $2)
