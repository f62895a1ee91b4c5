-- Which runs were there, the latest first, at most $1 of them before run $2 (null: from the latest)?
select
    run_id, as_of, known_at, rulebook_edition, rulebook_digest, facts_revision, library_versions, findings_sha256,
    subjects, created_at
from run where $2::bigint is null or run_id < $2 order by run_id desc limit $1
