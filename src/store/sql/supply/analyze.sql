-- How are the supply contracts distributed now? The planner must know before the first query, not a minute later.
analyze supply
