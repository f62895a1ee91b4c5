-- What did which person or office decide about a computed flag, when, why and in which document, and what did the
-- computation say when they did? Rows are only ever added.
create table determination (
    division_code   text not null,
    subject_kind    text not null,
    subject_code    text not null,
    rule_id         text not null,
    sequence        integer not null,
    step            text not null,
    state_after     text not null,
    decided_by      text not null,
    decided_on      date not null,
    reason          text not null,
    document_number text,
    document_dated  date,
    disposal_kind   text,
    conclusion      text,
    recorded_at     timestamptz not null default now(),
    run_id          bigint not null references run (run_id),
    parcel_code     text,
    outcome         text,
    flag            text,
    flagged_area_m2 double precision,
    finding_sha256  text,
    primary key (division_code, subject_kind, subject_code, rule_id, sequence),
    constraint determination_subject_kind_is_known check (subject_kind in ('parcel', 'approval', 'supply')),
    constraint determination_sequence_is_positive check (sequence > 0),
    constraint determination_step_is_known check (step in (
        'verified', 'verified_not', 'determined', 'disposed', 'closed',
        'appealed', 'appeal_upheld', 'appeal_dismissed', 'reopened'
    )),
    constraint determination_state_after_is_known check (state_after in (
        'suspected', 'verified', 'refuted', 'determined', 'disposed', 'closed', 'under_appeal'
    )),
    constraint determination_says_who_and_why check (
        btrim(decided_by) <> '' and length(decided_by) <= 200 and btrim(reason) <> '' and length(reason) <= 2000
    ),
    constraint determination_document_has_number check (document_dated is null or document_number is not null),
    constraint determination_document_number_is_short check (btrim(document_number) <> '' and length(document_number) <= 200),
    constraint determination_rests_on_document check (
        document_number is not null
        or step not in ('determined', 'disposed', 'closed', 'appeal_upheld', 'appeal_dismissed')
    ),
    constraint determination_disposal_has_kind check ((step = 'disposed') = (disposal_kind is not null)),
    constraint determination_disposal_kind_is_known check (disposal_kind in (
        'reserve_and_redevelop', 'own_redevelopment', 'technical_upgrade', 'reclamation', 'judicial_sale_or_transfer',
        'upgrade', 'closure', 'vacating', 'merger', 'park_relocation',
        'supply', 'approval_withdrawal', 'idle_fee', 'take_back', 'other'
    )),
    constraint determination_has_conclusion check ((step = 'determined') = (conclusion is not null)),
    constraint determination_conclusion_is_known check (conclusion in (
        'approved_not_supplied', 'supplied_not_used', 'idle_land', 'underused', 'inefficient_land'
    )),
    constraint determination_original_is_whole check ((outcome is null) = (finding_sha256 is null)),
    constraint determination_original_is_sha256 check (finding_sha256 ~ '^[0-9a-f]{64}$')
);
create index determination_by_parcel on determination (division_code, parcel_code) where parcel_code is not null;
comment on table determination is '办理记录：人对疑似标记作出的每一步决定，旁附当时的计算结论；只增不改';
comment on column determination.division_code is '行政区划代码';
comment on column determination.subject_kind is 'parcel 宗地、approval 批次、supply 供地合同';
comment on column determination.subject_code is '对象编号';
comment on column determination.rule_id is '规则编号';
comment on column determination.sequence is '第几步，从 1 起；同一标记内不重复';
comment on column determination.step is 'verified 核实属实、verified_not 核实不属实、determined 认定、disposed 处置、closed 销号、appealed 申诉、appeal_upheld 申诉成立、appeal_dismissed 申诉不成立、reopened 重新核查';
comment on column determination.state_after is '此步之后的状态：suspected 疑似、verified 已核实、refuted 不属实、determined 已认定、disposed 处置中、closed 已销号、under_appeal 申诉中';
comment on column determination.decided_by is '决定的单位或人';
comment on column determination.decided_on is '决定日期';
comment on column determination.reason is '理由';
comment on column determination.document_number is '文号；认定、处置、销号与申诉决定必有';
comment on column determination.document_dated is '文书日期';
comment on column determination.disposal_kind is '处置方式；只在处置时有';
comment on column determination.conclusion is '认定结论；只在认定时有。supplied_not_used 供而未用与 idle_land 闲置土地是两个词';
comment on column determination.recorded_at is '登记时刻';
comment on column determination.run_id is '登记时的现行评价批：下列各列是它的结论，不再改变';
comment on column determination.parcel_code is '当时所涉宗地代码';
comment on column determination.outcome is '当时的结论；该批没有这一结论为空';
comment on column determination.flag is '当时的疑似类别；不再标记为空';
comment on column determination.flagged_area_m2 is '当时计入的疑似面积，平方米';
comment on column determination.finding_sha256 is '当时结论全文（finding.detail 的文本形式）的 SHA-256';

create view latest_determination as
select distinct on (division_code, subject_kind, subject_code, rule_id)
       division_code, subject_kind, subject_code, rule_id, sequence, state_after, decided_on, parcel_code, finding_sha256
from determination
order by division_code, subject_kind, subject_code, rule_id, sequence desc;
comment on view latest_determination is '每个标记办理到的最后一步';
comment on column latest_determination.division_code is '行政区划代码';
comment on column latest_determination.subject_kind is 'parcel 宗地、approval 批次、supply 供地合同';
comment on column latest_determination.subject_code is '对象编号';
comment on column latest_determination.rule_id is '规则编号';
comment on column latest_determination.sequence is '已办理几步';
comment on column latest_determination.state_after is '现在的状态';
comment on column latest_determination.decided_on is '最后一步的决定日期';
comment on column latest_determination.parcel_code is '当时所涉宗地代码';
comment on column latest_determination.finding_sha256 is '最后一步时结论全文的 SHA-256';

create function refuse_change_of_determination() returns trigger language plpgsql as $$
begin
    raise exception '办理记录只增不改：不能%', case tg_op when 'UPDATE' then '修改' when 'DELETE' then '删除' else '清空' end
        using errcode = 'restrict_violation';
end
$$;
create trigger determination_is_append_only before update or delete on determination
    for each row execute function refuse_change_of_determination();
create trigger determination_is_never_emptied before truncate on determination
    for each statement execute function refuse_change_of_determination();
