-- Is the staging table of the {called} empty for the next import of this transaction?
truncate {table}_staging
