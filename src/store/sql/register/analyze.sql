-- How are the {called} distributed now? The planner must know before the first query, not a minute later.
analyze {table}
