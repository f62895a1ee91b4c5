-- Is the staging table of the plan zones empty for the next import of this transaction?
truncate zone_staging
