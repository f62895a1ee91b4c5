-- How are the deductions from approvals distributed now? The planner must know before the first query, not a minute later.
analyze approval_deduction
