-- Is the staging table of the targets empty for the next import of this transaction?
truncate target_staging
