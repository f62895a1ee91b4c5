-- Can the empty register of the {called} be filled in bulk? A table emptied in this transaction needs no log: it is flushed at the commit.
truncate {table}
