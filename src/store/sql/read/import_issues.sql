-- What was wrong with the rows of one import? $1 import, $2 ordinal after which to go on, $3 rows; $4 severity, $5 party, $6 code, null for all.
select ordinal, code, severity, party, row_number, column_name, value, message, remedy,
       st_x(geom) as lon, st_y(geom) as lat, raw_row
from import_issue
where import_id = $1 and ordinal > $2
  and ($4::text is null or severity = $4) and ($5::text is null or party = $5) and ($6::text is null or code = $6)
order by ordinal
limit $3
