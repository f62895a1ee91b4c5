-- By which name can another connection read what this one reads?
select pg_export_snapshot()
