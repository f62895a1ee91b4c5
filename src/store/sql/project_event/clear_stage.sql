-- Is the staging table of the project steps empty for the next import of this transaction?
truncate project_event_staging
