-- Is the staging table of the buildings empty for the next import of this transaction?
truncate building_staging
