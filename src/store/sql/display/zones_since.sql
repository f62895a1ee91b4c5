-- Which zones came after the last one the map has seen?
-- $1 every division, $2 the version after which to look: the primary key of the register leads there.
select id, division_code, zone_code, zone_type_code, zone_type_name, is_industrial, geom from display_zone where division_code = any ($1) and id > $2
