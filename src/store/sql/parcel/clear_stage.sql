-- Is the staging table of the parcels empty for the next import of this transaction?
truncate parcel_staging
