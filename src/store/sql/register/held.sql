-- What is the table called that holds what the {called} refer to, and how is it made, with these columns ($1) in this order?
select '{table}_references' as name,
       format('create temporary table {table}_references on commit drop as select %s from {table} with no data',
              string_agg(quote_ident(referring.name), ', ' order by referring.place)) as making
from unnest($1::text[]) with ordinality as referring (name, place)
