-- Which decision follows? No row comes back when another one has taken the number meanwhile.
insert into determination (
    division_code, subject_kind, subject_code, rule_id, sequence, step, state_after, decided_by, decided_on, reason,
    document_number, document_dated, disposal_kind, conclusion, run_id, parcel_code, outcome, flag, flagged_area_m2,
    finding_sha256
)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)
on conflict do nothing
returning sequence
