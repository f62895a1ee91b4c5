-- What does the map depend on? The newest revision and its instant, the shown run, and how many decisions were recorded.
select coalesce((select max(revision_id) from revision), 0) as revision,
       (select recorded_at from revision order by revision_id desc limit 1) as instant,
       (select shown_run()) as run_id,
       (select count(*) from determination) as decisions
