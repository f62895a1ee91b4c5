-- Which buildings does the map show?
copy (select id, division_code, building_code, storeys, geom from display_building) to stdout (format binary)
