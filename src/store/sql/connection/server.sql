-- Is this PostgreSQL new enough, in UTF-8, and does it have PostGIS or at least offer it?
select
    current_setting('server_version_num')::int as version_number,
    current_setting('server_encoding') as encoding,
    exists (select from pg_extension where extname = 'postgis') as has_postgis,
    exists (select from pg_available_extensions where name = 'postgis') as offers_postgis
