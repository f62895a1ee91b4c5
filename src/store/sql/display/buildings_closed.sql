-- Which versions were closed after the instant $1, so that the map must let go of them, and under which code?
select version_id, division_code, building_code from building where not upper_inf(recorded) and upper(recorded) > $1
