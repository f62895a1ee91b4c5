-- Which columns of the {called} refer to other registers?
select distinct a.attname::text as referring
from pg_constraint k
join pg_attribute a on a.attrelid = k.conrelid and a.attnum = any(k.conkey)
where k.conrelid = '{table}'::regclass and k.contype = 'f'
