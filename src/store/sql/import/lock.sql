-- Is any other writer of the registers at work? Wait for its commit, so that revisions are recorded in the order of their instants.
select pg_advisory_xact_lock(hashtextextended('mujun registers', 0))
