-- Which planned uses does the map show?
copy (select id, division_code, zone_code, zone_type_code, zone_type_name, is_industrial, geom from display_zone) to stdout (format binary)
