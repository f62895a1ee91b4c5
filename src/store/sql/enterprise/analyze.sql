-- How are the enterprises distributed now? The planner must know before the first query, not a minute later.
analyze enterprise
