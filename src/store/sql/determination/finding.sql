-- What does the current run say of this subject by this rule, and what is the digest of it?
-- $1 division, $2 kind of subject, $3 code, $4 rule. One row with a null outcome where the run says nothing.
select c.run_id, f.outcome, f.flag, f.flagged_area_m2, f.parcel_code,
       encode(sha256(convert_to(f.detail::text, 'UTF8')), 'hex') as finding_sha256
from current_run c
left join finding f
       on f.run_id = c.run_id and f.division_code = $1 and f.subject_kind = $2 and f.subject_code = $3 and f.rule_id = $4
