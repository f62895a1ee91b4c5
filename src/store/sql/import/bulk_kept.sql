-- Is the register ours to fill in bulk? Then there is no way back but the whole transaction's.
release savepoint bulk
