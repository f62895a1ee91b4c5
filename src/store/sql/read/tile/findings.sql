-- Which findings lie in a box? $1–$4 west, south, east, north in degrees, $5 at most so many.
select id, division_code, subject_code, subject_kind, parcel_code, rule_id, kind, outcome, force, state, area_mu, geom
from display_finding
where geom && st_makeenvelope($1, $2, $3, $4, 4490)
limit $5
