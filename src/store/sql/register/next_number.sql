-- Which number would the next version of the {called} get? It is skipped.
select nextval(pg_get_serial_sequence('{table}', 'version_id'))
