-- How are the project steps distributed now? The planner must know before the first query, not a minute later.
analyze project_event
