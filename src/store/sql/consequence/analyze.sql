-- How are the rows distributed that the import brings or ends?
analyze foreseen_row
