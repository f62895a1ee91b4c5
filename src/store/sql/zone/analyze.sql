-- How are the plan zones distributed now? The planner must know before the first query, not a minute later.
analyze plan_zone
