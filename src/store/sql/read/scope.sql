-- Under which run, law and knowledge is everything shown, and is any of it synthetic?
select r.run_id,
       r.as_of,
       r.known_at,
       r.rulebook_edition,
       r.rulebook_digest,
       r.facts_revision,
       r.library_versions,
       (select coalesce(max(revision_id), 0) from revision) as registers_revision,
       exists (select 1 from import where is_synthetic and rows_new + rows_changed > 0) as is_synthetic,
       (select max(observed_on) from import where kind = 'parcels') as observed_on
from current_run c
join run r using (run_id)
