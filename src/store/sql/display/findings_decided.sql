-- About which shown findings did people decide, and where did they leave them? They are few.
select d.id, d.division_code, d.subject_code, d.subject_kind, d.parcel_code, d.rule_id, d.kind, d.outcome, d.force, d.state, d.area_mu, d.geom
from latest_determination l
join display_finding d using (division_code, subject_kind, subject_code, rule_id)
