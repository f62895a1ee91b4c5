-- Is the staging table of the changes and suspensions of contracts empty for the next import of this transaction?
truncate supply_event_staging
