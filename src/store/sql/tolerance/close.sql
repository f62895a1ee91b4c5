-- Which present value of the tolerance $1 ends now?
update quality_tolerance
set recorded = tstzrange(lower(recorded), greatest(clock_timestamp(), lower(recorded) + interval '1 microsecond'))
where name = $1 and upper_inf(recorded)
