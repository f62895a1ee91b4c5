-- Who wants to know that another run is current? Listeners hear of it when the transaction commits.
select pg_notify('mujun_run', $1::bigint::text)
