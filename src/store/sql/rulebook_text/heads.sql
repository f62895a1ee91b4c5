-- Which rulebooks are kept whose digest begins with $1 or whose edition is $1 (null: all), the latest first?
select digest, edition, first_used_at
from rulebook_text
where $1::text is null or starts_with(digest, $1) or edition = $1
order by first_used_at desc, digest
