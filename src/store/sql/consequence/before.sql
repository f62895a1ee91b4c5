-- Up to which instant had the registers come before the import $1, and what became of its rows?
select
    i.kind, i.rows_new, i.rows_changed, i.rows_unchanged, i.rows_quarantined, i.received_at,
    (
        select greatest(max(r.recorded_at), (select max(o.received_at) from import o where o.import_id <> $1))
        from revision r where r.import_id is distinct from $1
    ) as known_before
from import i
where i.import_id = $1
