-- Which shown findings are about these subjects? $1 divisions, $2 codes, one of each together, $3 their kind.
select d.id, d.division_code, d.subject_code, d.subject_kind, d.parcel_code, d.rule_id, d.kind, d.outcome, d.force, d.state, d.area_mu, d.geom
from unnest($1::text[], $2::text[]) as u (division_code, code)
join display_finding d on d.division_code = u.division_code and d.subject_kind = $3 and d.subject_code = u.code
