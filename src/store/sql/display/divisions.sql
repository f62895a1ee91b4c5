-- Which counties does the map show?
copy (select id, division_code, name, geom from display_division) to stdout (format binary)
