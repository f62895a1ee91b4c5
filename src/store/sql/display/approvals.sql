-- Which approved ground does the map show?
copy (select id, division_code, approval_number, plan_year, geom from display_approval) to stdout (format binary)
