-- Which values did the tolerances have, the present ones and those before, since when and why?
select name, value, unit, certainty, note, decided_on, decided_by, reason, document, lower(recorded) as recorded_at,
    upper_inf(recorded) as is_present
from quality_tolerance
order by name, lower(recorded) desc, upper_inf(recorded) desc
