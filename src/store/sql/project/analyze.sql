-- How are the renovation projects distributed now? The planner must know before the first query, not a minute later.
analyze project
