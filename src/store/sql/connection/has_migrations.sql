-- Did the migrations ever run here?
select to_regclass('_sqlx_migrations') is not null
