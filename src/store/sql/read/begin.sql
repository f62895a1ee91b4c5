-- One view of everything for a whole answer, and no writing in it.
begin isolation level repeatable read, read only
