-- Who decided what about this subject by this rule, first to last, and what had the computation said then?
-- $1 division, $2 kind of subject, $3 code, $4 rule. The evidence is that of the run of the time; its digest is compared.
select d.sequence, d.step, d.state_after, d.decided_by, d.decided_on, d.reason, d.document_number, d.document_dated,
       d.disposal_kind, d.conclusion, d.recorded_at, d.run_id, r.as_of, d.parcel_code, d.outcome, d.flag,
       d.flagged_area_m2, d.finding_sha256,
       f.detail,
       coalesce(encode(sha256(convert_to(f.detail::text, 'UTF8')), 'hex') = d.finding_sha256, d.finding_sha256 is null) as is_intact
from determination d
join run r using (run_id)
left join finding f using (run_id, division_code, subject_kind, subject_code, rule_id)
where d.division_code = $1 and d.subject_kind = $2 and d.subject_code = $3 and d.rule_id = $4
order by d.sequence
