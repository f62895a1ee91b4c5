-- From which size on is a fault worth telling?
select name, value from quality_tolerance where upper_inf(recorded)
