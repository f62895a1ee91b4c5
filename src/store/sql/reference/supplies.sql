-- Which contracts are registered now, by division and code?
select division_code, supply_code from supply where upper_inf(recorded)
