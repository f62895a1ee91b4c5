-- Is the staging table of the approvals empty for the next import of this transaction?
truncate approval_staging
