-- What was evaluated, by which rules, at which dates? The two dates, the digests and the libraries make it repeatable.
insert into run (
    as_of, known_at, rulebook_edition, rulebook_digest, facts_revision, library_versions, findings_sha256, subjects
)
values ($1, $2, $3, $4, $5, $6, $7, $8)
returning run_id
