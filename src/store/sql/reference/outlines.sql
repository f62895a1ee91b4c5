-- Which outlines of parcels that are registered now meet this box of longitude and latitude? Not more than so many.
select st_asbinary(geom) from parcel
where upper_inf(recorded) and geom && st_makeenvelope($1, $2, $3, $4, 4490)
limit $5
