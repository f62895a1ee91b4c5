-- Which run do lists, tiles and cards show from now on?
insert into current_run (only_row, run_id) values (true, $1)
on conflict (only_row) do update set run_id = excluded.run_id
