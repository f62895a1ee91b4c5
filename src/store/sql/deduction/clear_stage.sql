-- Is the staging table of the deductions from approvals empty for the next import of this transaction?
truncate deduction_staging
