-- Is the staging table of the occupancies empty for the next import of this transaction?
truncate occupancy_staging
