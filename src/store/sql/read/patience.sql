-- How long does whoever only reads wait for a register that is being filled in bulk? Its lock ends with that import.
set local lock_timeout = '3s'
