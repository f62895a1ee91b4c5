-- Does the database answer, and are our tables there?
select to_regclass('public.current_run') is not null as ready
