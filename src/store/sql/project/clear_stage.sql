-- Is the staging table of the renovation projects empty for the next import of this transaction?
truncate project_staging
