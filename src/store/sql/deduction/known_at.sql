-- Which deductions from approvals were recorded at the instant $1 (null: now)?
select
    version_id, import_id, source_row, lower(recorded), observed_on, division_code, deduction_code,
    approval_number, deduction_kind, deduction_reason, document_number, decided_on, documentary_area_m2,
    ellipsoidal_area_m2, planar_area_m2, st_asbinary(geom)
from approval_deduction
where ($1::timestamptz is null and upper_inf(recorded)) or recorded @> $1
