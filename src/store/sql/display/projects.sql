-- Which renovation projects does the map show, and how far are they?
copy (select id, division_code, project_code, name, stage, plan_year, geom from display_project) to stdout (format binary)
