-- How long do we wait for those who read the register before it is filled with its indexes in place?
set local lock_timeout = '2s'
