-- How many issues has one import? $1 import.
select count(*) as count from import_issue where import_id = $1
