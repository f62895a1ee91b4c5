-- Up to which number ($1) are the versions of the {called} numbered? The next one follows it.
select setval(pg_get_serial_sequence('{table}', 'version_id'), $1)
