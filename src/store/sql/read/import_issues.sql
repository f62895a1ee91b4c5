-- What was wrong with the rows of one import? $1 import, $2 ordinal after which to go on, $3 rows.
select ordinal, code, severity, party, row_number, column_name, value, message, remedy,
       st_x(geom) as lon, st_y(geom) as lat, raw_row
from import_issue
where import_id = $1 and ordinal > $2
order by ordinal
limit $3
