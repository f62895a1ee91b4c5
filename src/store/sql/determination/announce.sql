-- Who wants to know that somebody decided about a finding? Listeners hear of it when the transaction commits.
select pg_notify('mujun_determination', '')
