-- How many {called} are to be compared, and how are they distributed? The planner chooses the join by it.
analyze {table}_staging
