-- Which recorded run stands nearest to the day $1? Of two as near the earlier day, of one day the latest run.
select run_id, as_of from run
order by abs(as_of - $1), as_of > $1, run_id desc
limit 1
