-- Can several statements read one and the same state? From here to the end of the transaction they do.
set transaction isolation level repeatable read read only
