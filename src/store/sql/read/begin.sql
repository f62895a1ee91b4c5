-- Do all statements of one answer see the same state of everything? From here on they do, and none of them writes.
begin isolation level repeatable read, read only
