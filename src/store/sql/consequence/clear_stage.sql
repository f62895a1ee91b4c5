-- Is the list of the rows that an import brings or ends empty for the next import of this transaction?
truncate foreseen_row
