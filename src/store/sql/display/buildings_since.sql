-- Which buildings came after the last one the map has seen?
-- $1 every division, $2 the version after which to look: the primary key of the register leads there.
select id, division_code, building_code, storeys, geom from display_building where division_code = any ($1) and id > $2
