-- Which numbers have the flagged findings about these subjects, with ground or without? $1 divisions, $2 codes, $3 their kind.
select finding_number(f.division_code, f.subject_kind, f.subject_code, f.rule_id)
from unnest($1::text[], $2::text[]) as u (division_code, code)
join finding f
  on f.run_id = (select shown_run()) and f.division_code = u.division_code and f.subject_kind = $3 and f.subject_code = u.code
where f.flag is not null
