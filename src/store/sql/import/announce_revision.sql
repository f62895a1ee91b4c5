-- Who wants to know that a revision landed? Listeners hear of it when the transaction commits, and not before.
select pg_notify('mujun_revision', $1::bigint::text)
