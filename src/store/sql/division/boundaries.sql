-- Where do the divisions lie?
select division_code, name, st_asbinary(geom) from division order by division_code
