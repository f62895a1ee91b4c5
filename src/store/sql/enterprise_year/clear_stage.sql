-- Is the staging table of the enterprise years empty for the next import of this transaction?
truncate enterprise_year_staging
