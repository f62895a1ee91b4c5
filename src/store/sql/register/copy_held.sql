-- In which order do the references of the {called} arrive? As the table was made for them.
copy {table}_references from stdin (format binary)
