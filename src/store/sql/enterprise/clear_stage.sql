-- Is the staging table of the enterprises empty for the next import of this transaction?
truncate enterprise_staging
