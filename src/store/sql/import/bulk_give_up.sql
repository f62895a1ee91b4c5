-- Is the register as it was before we tried to fill it in bulk?
rollback to savepoint bulk
