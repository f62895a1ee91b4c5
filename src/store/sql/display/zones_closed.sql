-- Which versions were closed after the instant $1, so that the map must let go of them, and under which code?
select version_id, division_code, zone_code from plan_zone where not upper_inf(recorded) and upper(recorded) > $1
