-- Which rows did the import $1 set aside after the issue $2, and for which reasons, at most $3?
select
    q.ordinal, q.row_number, q.raw_row,
    coalesce(all_of.codes, q.code) as codes, coalesce(all_of.reasons, q.message) as reasons, coalesce(all_of.remedies, q.remedy) as remedies
from import_issue q
left join lateral (
    select string_agg(o.code, '；' order by o.ordinal) as codes,
        string_agg(o.message, '；' order by o.ordinal) as reasons,
        string_agg(o.remedy, '；' order by o.ordinal) as remedies
    from import_issue o
    where o.import_id = q.import_id and o.row_number = q.row_number and o.severity = 'blocks_row'
) all_of on true
where q.import_id = $1 and q.raw_row is not null and q.ordinal > $2
order by q.ordinal
limit $3
