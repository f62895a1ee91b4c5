-- Which flagged findings does the map show, and where did people leave them?
copy (select id, division_code, subject_code, subject_kind, parcel_code, rule_id, kind, outcome, force, state, area_mu, geom from display_finding) to stdout (format binary)
