-- Is the staging table of the divisions empty for the next import of this transaction?
truncate division_staging
