-- Was no version of the {called} ever recorded?
select not exists (select from {table}) as is_empty
