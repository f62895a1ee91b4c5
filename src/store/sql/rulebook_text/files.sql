-- What was written in the rulebook of the digest $1?
select edition, files from rulebook_text where digest = $1
