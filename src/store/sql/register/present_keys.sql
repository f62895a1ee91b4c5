-- Which {called} have a present version, by division and code? A row with another key can go straight into the register.
select division_code, {code} as code from {table} where upper_inf(recorded)
