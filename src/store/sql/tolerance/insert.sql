-- Which value ($2) has the tolerance $1 from where its last one ended, by which certainty ($3), day, person, reason and document ($4 … $7)?
insert into quality_tolerance (name, value, unit, certainty, note, decided_on, decided_by, reason, document, recorded)
select t.name, $2, t.unit, $3, t.note, $4, $5, $6, $7, tstzrange(upper(t.recorded), null)
from quality_tolerance t
where t.name = $1
order by upper(t.recorded) desc
limit 1
