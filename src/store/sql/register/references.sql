-- How is each reference of the {called} taken off, and made again by looking all its rows up?
select format('alter table %s drop constraint %I', k.conrelid::regclass, k.conname) as take_off,
       format('alter table %s add constraint %I %s', k.conrelid::regclass, k.conname, pg_get_constraintdef(k.oid)) as put_on
from pg_constraint k
where k.conrelid = '{table}'::regclass and k.contype = 'f'
order by k.conname
