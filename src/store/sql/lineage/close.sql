-- Which of these parcel versions ($2) end where the import $1 begins, because others took over their ground?
update parcel p
set recorded = tstzrange(lower(p.recorded), i.received_at)
from import i
where i.import_id = $1 and p.version_id = any($2) and upper_inf(p.recorded)
