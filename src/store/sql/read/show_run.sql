-- Which run shall this transaction show instead of the current one? $1 its number, as text.
select set_config('mujun.run', $1, true)
