-- Which enterprises are registered now, by division and code?
select division_code, enterprise_code from enterprise where upper_inf(recorded)
