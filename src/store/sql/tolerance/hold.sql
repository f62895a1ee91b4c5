-- Is nobody else changing a tolerance? Readers are not kept waiting.
lock table quality_tolerance in share row exclusive mode
