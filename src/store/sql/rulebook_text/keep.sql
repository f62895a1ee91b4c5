-- Is this text already kept? A digest stands for one text; the first one stays.
insert into rulebook_text (digest, edition, files) values ($1, $2, $3) on conflict (digest) do nothing
