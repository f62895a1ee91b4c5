-- Which register $1, import $2, reach $3 (EWKT) and home $4 (west, south, east, north in degrees) does window.sql read? COPY takes no parameters.
select
    set_config('mujun.quality_kind', $1, true),
    set_config('mujun.quality_import', $2, true),
    set_config('mujun.quality_reach', $3, true),
    set_config('mujun.quality_home', $4, true)
