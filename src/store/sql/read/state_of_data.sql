-- What would make a cached tile stale? A new current run or a new revision of the registers.
select (select run_id from current_run) as run_id,
       (select coalesce(max(revision_id), 0) from revision) as revision
