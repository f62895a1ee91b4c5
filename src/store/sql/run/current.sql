-- Which run is current?
select
    run_id, as_of, known_at, rulebook_edition, rulebook_digest, facts_revision, library_versions, findings_sha256,
    subjects, created_at
from run join current_run using (run_id)
