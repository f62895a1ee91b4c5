-- Is the staging table of the supply contracts empty for the next import of this transaction?
truncate supply_staging
