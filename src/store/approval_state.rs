//! 批次量算汇总 (approval states) of a run: how much of each approval was supplied, deducted, and left. Never changed afterwards.

use chrono::NaiveDate;
use sqlx::PgConnection;

use super::copy::{CopyRows, copy_in};
use super::fault::{RowFault, StoreError};

/// One approval of a run.
#[derive(Clone, Debug, PartialEq)]
pub struct NewApprovalState {
    /// 行政区划代码。
    pub division_code: String,
    /// 批准文号。
    pub approval_number: String,
    /// `in_force`、`not_yet` 或 `withdrawn`。
    pub standing: &'static str,
    /// 批准日期。
    pub approved_on: Option<NaiveDate>,
    /// 没有图形为 `None`。
    pub areas: Option<ApprovalAreas>,
}

/// 已批 = 已供 + 核减 + 碎屑 + 剩余，椭球面积，m²。
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ApprovalAreas {
    /// 批次图形面积。
    pub ground_m2: f64,
    /// 已供重叠面积。
    pub supplied_m2: f64,
    /// 核减面积。
    pub deducted_m2: f64,
    /// 碎屑面积。
    pub sliver_m2: f64,
    /// 剩余面积。
    pub leftover_m2: f64,
    /// 剩余面积中未被更早批次计过的部分。
    pub counted_m2: f64,
}

/// Records the approvals' states of a run. May be called several times, with parts that do not overlap.
pub async fn insert(
    conn: &mut PgConnection,
    run_id: i64,
    states: impl IntoIterator<Item = &NewApprovalState>,
) -> Result<u64, StoreError> {
    let encode = |state: &&NewApprovalState, row: &mut CopyRows| {
        row.bigint(run_id);
        row.text(&state.division_code);
        row.text(&state.approval_number);
        row.text(state.standing);
        row.date_or_null(state.approved_on);
        let areas = state.areas.as_ref();
        row.number_or_null(areas.map(|areas| areas.ground_m2));
        row.number_or_null(areas.map(|areas| areas.supplied_m2));
        row.number_or_null(areas.map(|areas| areas.deducted_m2));
        row.number_or_null(areas.map(|areas| areas.sliver_m2));
        row.number_or_null(areas.map(|areas| areas.leftover_m2));
        row.number_or_null(areas.map(|areas| areas.counted_m2));
    };
    let not_finite = |state: &&NewApprovalState, _place| {
        let key = format!("{} {}", state.division_code, state.approval_number);
        RowFault { table: "approval_state", column: String::new(), key, what: "数值不是有限数".to_owned() }.into()
    };
    let statement = include_str!("sql/finding/copy_approval_states.sql");
    copy_in(conn, statement, "登记批次汇总", states, encode, not_finite).await
}
