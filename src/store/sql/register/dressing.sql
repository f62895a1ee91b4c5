-- What hangs on the table of the {called} that is quicker to make once for all rows than to keep up row by row, and how is it made again?
-- Where the server trusts us ($1), references stay, and only what looks them up row by row rests; others' triggers never do.
-- What the server makes on one core comes first, while we examine on the other; keys and indexes that it makes on all cores follow, in
-- the order of their names.
select
    case when dressed.is_constraint is null then format('alter table %s disable trigger %I', dressed.on_table, dressed.name)
         when dressed.is_constraint then format('alter table %s drop constraint %I', dressed.on_table, dressed.name)
         else format('drop index %s', dressed.named::regclass) end as take_off,
    case when dressed.is_constraint is null then format('alter table %s enable trigger %I', dressed.on_table, dressed.name)
         when dressed.is_constraint
         then format('alter table %s add constraint %I %s', dressed.on_table, dressed.name, dressed.definition)
         else dressed.definition end as put_on
from (
    select k.conrelid::regclass as on_table, k.conname as name, true as is_constraint, null::oid as named,
           pg_get_constraintdef(k.oid) as definition, case k.contype when 'p' then 0 else 2 end as rank
    from pg_constraint k
    where k.conrelid = '{table}'::regclass and (k.contype in ('p', 'u') or (k.contype = 'f' and not $1))
      and not exists (select from pg_constraint other where other.confrelid = k.conrelid)
    union all
    select x.indrelid::regclass, i.relname, false, x.indexrelid, pg_get_indexdef(x.indexrelid),
           case am.amname when 'btree' then 1 else -1 end
    from pg_index x
    join pg_class i on i.oid = x.indexrelid
    join pg_am am on am.oid = i.relam
    where x.indrelid = '{table}'::regclass
      and not exists (select from pg_constraint k where k.conindid = x.indexrelid and k.conrelid = x.indrelid)
      -- An index of ended versions only: no new row enters it, and to make it again is to read the table for nothing.
      and coalesce(pg_get_expr(x.indpred, x.indrelid), '') <> '(NOT upper_inf(recorded))'
    union all
    select t.tgrelid::regclass, t.tgname, null, null, null, 2
    from pg_trigger t
    join pg_constraint k on k.oid = t.tgconstraint
    where $1 and t.tgrelid = '{table}'::regclass and t.tgisinternal and k.contype = 'f' and k.conrelid = t.tgrelid
) dressed
order by dressed.rank, dressed.name
