-- How are the enterprise years distributed now? The planner must know before the first query, not a minute later.
analyze enterprise_year
