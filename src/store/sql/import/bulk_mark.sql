-- To where do we go back when the register cannot be filled in bulk?
savepoint bulk
