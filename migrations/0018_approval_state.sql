-- How much of each approval was supplied, on the day and by the knowledge of a run?
create table approval_state (
    run_id          bigint not null references run (run_id),
    division_code   text not null,
    approval_number text not null,
    standing        text not null,
    approved_on     date,
    ground_m2       double precision,
    supplied_m2     double precision,
    deducted_m2     double precision,
    sliver_m2       double precision,
    leftover_m2     double precision,
    counted_m2      double precision,
    primary key (run_id, division_code, approval_number),
    constraint approval_state_standing_is_known check (standing in ('in_force', 'not_yet', 'withdrawn')),
    constraint approval_state_areas_come_together check
        (num_nulls(ground_m2, supplied_m2, deducted_m2, sliver_m2, leftover_m2, counted_m2) in (0, 6)),
    constraint approval_state_areas_add_up check
        (ground_m2 is null or abs(ground_m2 - supplied_m2 - deducted_m2 - sliver_m2 - leftover_m2) <= 0.01)
);
comment on table approval_state is '批次量算汇总：已批 = 已供 + 核减 + 碎屑 + 剩余，椭球面积';
comment on column approval_state.run_id is '评价批';
comment on column approval_state.division_code is '行政区划代码';
comment on column approval_state.approval_number is '批准文号';
comment on column approval_state.standing is 'in_force 有效、not_yet 基准日尚未批准、withdrawn 已撤回或失效';
comment on column approval_state.approved_on is '批准日期';
comment on column approval_state.ground_m2 is '批次图形面积，平方米；没有图形为空';
comment on column approval_state.supplied_m2 is '已供重叠面积，平方米';
comment on column approval_state.deducted_m2 is '核减面积，平方米';
comment on column approval_state.sliver_m2 is '小于容差而不计的碎屑面积，平方米';
comment on column approval_state.leftover_m2 is '剩余面积，平方米';
comment on column approval_state.counted_m2 is '剩余面积中未被更早批次计过的部分，平方米：汇总批而未供时用它，每平方米只计一次';
