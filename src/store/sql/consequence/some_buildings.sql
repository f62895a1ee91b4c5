-- Is any building on record before the import $1, which ends rows at $2, and any after it? One of each is enough.
(select division_code, version_id, false as is_former from building where upper_inf(recorded) and import_id <> $1 limit 1)
union
(select division_code, version_id, true from building where not upper_inf(recorded) and upper(recorded) = $2 limit 1)
union
(select division_code, version_id, false from building where upper_inf(recorded) limit 1)
