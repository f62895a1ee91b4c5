-- What is known about the run $1?
select
    run_id, as_of, known_at, rulebook_edition, rulebook_digest, facts_revision, library_versions, findings_sha256,
    subjects, created_at
from run where run_id = $1
