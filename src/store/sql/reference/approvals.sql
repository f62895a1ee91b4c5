-- Which approvals are registered now, by division and code?
select division_code, approval_number from approval where upper_inf(recorded)
