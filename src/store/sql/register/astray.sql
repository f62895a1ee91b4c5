-- Which statement counts the references of the {called} that lead nowhere, reading once the table ($1) that has them all? None where
-- it refers to nothing.
select format(
    'select count(*) from (select distinct %s from %I) held where %s',
    (select string_agg(distinct quote_ident(a.attname), ', ')
     from pg_constraint k
     join pg_attribute a on a.attrelid = k.conrelid and a.attnum = any(k.conkey)
     where k.conrelid = '{table}'::regclass and k.contype = 'f'),
    $1::text,
    string_agg(reference.leads_nowhere, ' or '))
from (
    select format('(%s and not exists (select from %s known where %s))',
                  string_agg(format('held.%I is not null', a.attname), ' and '),
                  k.confrelid::regclass,
                  string_agg(format('known.%I = held.%I', b.attname, a.attname), ' and ')) as leads_nowhere
    from pg_constraint k
    cross join lateral unnest(k.conkey, k.confkey) as pair (own, other)
    join pg_attribute a on a.attrelid = k.conrelid and a.attnum = pair.own
    join pg_attribute b on b.attrelid = k.confrelid and b.attnum = pair.other
    where k.conrelid = '{table}'::regclass and k.contype = 'f'
    group by k.oid, k.confrelid
) reference
having count(*) > 0
