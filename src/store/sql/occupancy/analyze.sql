-- How are the occupancies distributed now? The planner must know before the first query, not a minute later.
analyze occupancy
