-- By which text did a run judge? Kept, so that a replay in later years reads the same law.
create table rulebook_text (
    digest        text primary key,
    edition       text not null,
    files         jsonb not null,
    first_used_at timestamptz not null default now(),
    constraint rulebook_text_digest_is_sha256 check (digest ~ '^[0-9a-f]{64}$'),
    constraint rulebook_text_has_files check (jsonb_typeof(files) = 'object' and files <> '{}'::jsonb)
);
create index rulebook_text_by_edition on rulebook_text (edition, first_used_at);
comment on table rulebook_text is '规则库全文：每一部用于评价的规则库都留存，供重放与比较';
comment on column rulebook_text.digest is '规则库内容的 SHA-256，即 run.rulebook_digest';
comment on column rulebook_text.edition is '规则库版本名';
comment on column rulebook_text.files is '规则库文件：相对路径到文本';
comment on column rulebook_text.first_used_at is '首次用于评价的时刻';
