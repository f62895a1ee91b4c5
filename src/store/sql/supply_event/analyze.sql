-- How are the changes and suspensions of contracts distributed now? The planner must know before the first query, not a minute later.
analyze supply_event
