-- How far has the schema been migrated? Null when the migrations never ran here.
select max(version) from _sqlx_migrations where success
