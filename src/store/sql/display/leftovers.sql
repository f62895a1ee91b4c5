-- Which approved and never supplied ground does the map show?
copy (select id, division_code, approval_number, state, area_mu, geom from display_leftover) to stdout (format binary)
