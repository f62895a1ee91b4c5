-- How long does the rest of the transaction wait for a lock? As long as the server is set to.
set local lock_timeout to default
