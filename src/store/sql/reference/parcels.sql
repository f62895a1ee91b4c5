-- Which parcels are registered now, by division and code?
select division_code, parcel_code from parcel where upper_inf(recorded)
