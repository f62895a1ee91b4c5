//! 办理记录 (determinations): what people decided about a flag, with the computed original frozen beside each decision.
//! Rows are only added; the database refuses anything else. Which step may follow which is the domain's business.

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::{FromRow, PgConnection};

use super::fault::{During, StoreError};
use super::read::finding::FindingKey;

/// The channel on which a recorded decision is announced; the payload is empty.
pub const DETERMINATION_CHANNEL: &str = "mujun_determination";

/// A decision to be recorded.
#[derive(Clone, Debug, PartialEq)]
pub struct NewDetermination {
    /// 第几步，从 1 起。
    pub sequence: i32,
    /// 办理步骤。
    pub step: &'static str,
    /// 此步之后的状态。
    pub state_after: &'static str,
    /// 决定的单位或人。
    pub decided_by: String,
    /// 决定日期。
    pub decided_on: NaiveDate,
    /// 理由。
    pub reason: String,
    /// 文号。
    pub document_number: Option<String>,
    /// 文书日期。
    pub document_dated: Option<NaiveDate>,
    /// 处置方式。
    pub disposal_kind: Option<&'static str>,
    /// 认定结论。
    pub conclusion: Option<&'static str>,
    /// What the computation says at this moment.
    pub original: Original,
}

/// The computed original, as frozen beside a decision.
#[derive(Clone, Debug, PartialEq, FromRow)]
pub struct Original {
    /// 评价批。
    pub run_id: i64,
    /// 结论；该批没有这一结论为 `None`。
    pub outcome: Option<String>,
    /// 疑似类别；不标记为 `None`。
    pub flag: Option<String>,
    /// 计入的疑似面积，m²。
    pub flagged_area_m2: Option<f64>,
    /// 所涉宗地代码。
    pub parcel_code: Option<String>,
    /// 结论全文的 SHA-256。
    pub finding_sha256: Option<String>,
}

/// A recorded decision.
#[derive(Clone, Debug, PartialEq, FromRow)]
pub struct DeterminationRow {
    /// 第几步，从 1 起。
    pub sequence: i32,
    /// 办理步骤。
    pub step: String,
    /// 此步之后的状态。
    pub state_after: String,
    /// 决定的单位或人。
    pub decided_by: String,
    /// 决定日期。
    pub decided_on: NaiveDate,
    /// 理由。
    pub reason: String,
    /// 文号。
    pub document_number: Option<String>,
    /// 文书日期。
    pub document_dated: Option<NaiveDate>,
    /// 处置方式。
    pub disposal_kind: Option<String>,
    /// 认定结论。
    pub conclusion: Option<String>,
    /// 登记时刻。
    pub recorded_at: DateTime<Utc>,
    /// What the computation said then.
    #[sqlx(flatten)]
    pub original: Original,
    /// 那一批的法律时点。
    pub as_of: NaiveDate,
    /// 那一批的结论全文。
    pub detail: Option<serde_json::Value>,
    /// Whether the stored finding of that run is still the one that was frozen.
    pub is_intact: bool,
}

/// A flag people decided about, of which the current run says nothing.
#[derive(Clone, Debug, PartialEq, FromRow)]
pub struct LapsedRow {
    /// 行政区划代码。
    pub division_code: String,
    /// 对象种类。
    pub subject_kind: String,
    /// 对象编号。
    pub subject_code: String,
    /// 规则编号。
    pub rule_id: String,
    /// 已办理几步。
    pub sequence: i32,
    /// 现在的状态。
    pub state_after: String,
    /// 最后一步的决定日期。
    pub decided_on: NaiveDate,
}

/// How many flags stand somewhere.
#[derive(Clone, Debug, PartialEq, FromRow)]
pub struct StateRow {
    /// 状态。
    pub state: String,
    /// 标记数。
    pub count: i64,
    /// 计入的疑似面积，m²，每平方米只计一次。
    pub area_m2: f64,
    /// 其中最新评价不再标记的。
    pub no_longer_flagged: i64,
}

/// What the current run says of this finding; `None` before the first run. Its `outcome` is `None` where the run says nothing.
pub async fn original(conn: &mut PgConnection, key: &FindingKey) -> Result<Option<Original>, StoreError> {
    sqlx::query_as(include_str!("sql/determination/finding.sql"))
        .bind(&key.division_code)
        .bind(&key.subject_kind)
        .bind(&key.subject_code)
        .bind(&key.rule_id)
        .fetch_optional(conn)
        .await
        .during("读取现行结论")
}

/// Every decision about a finding, first to last.
pub async fn history(conn: &mut PgConnection, key: &FindingKey) -> Result<Vec<DeterminationRow>, StoreError> {
    sqlx::query_as(include_str!("sql/determination/history.sql"))
        .bind(&key.division_code)
        .bind(&key.subject_kind)
        .bind(&key.subject_code)
        .bind(&key.rule_id)
        .fetch_all(conn)
        .await
        .during("读取办理记录")
}

/// Whether a decision was recorded, or came too late.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Insertion {
    /// It is recorded when the transaction commits.
    Recorded,
    /// Another decision has its number.
    Overtaken,
}

/// Records a decision, unless another one took its number meanwhile, and announces it on [`DETERMINATION_CHANNEL`] at commit.
pub async fn insert(conn: &mut PgConnection, key: &FindingKey, decision: &NewDetermination) -> Result<Insertion, StoreError> {
    let original = &decision.original;
    let inserted: Option<i32> = sqlx::query_scalar(include_str!("sql/determination/insert.sql"))
        .bind(&key.division_code)
        .bind(&key.subject_kind)
        .bind(&key.subject_code)
        .bind(&key.rule_id)
        .bind(decision.sequence)
        .bind(decision.step)
        .bind(decision.state_after)
        .bind(&decision.decided_by)
        .bind(decision.decided_on)
        .bind(&decision.reason)
        .bind(&decision.document_number)
        .bind(decision.document_dated)
        .bind(decision.disposal_kind)
        .bind(decision.conclusion)
        .bind(original.run_id)
        .bind(&original.parcel_code)
        .bind(&original.outcome)
        .bind(&original.flag)
        .bind(original.flagged_area_m2)
        .bind(&original.finding_sha256)
        .fetch_optional(&mut *conn)
        .await
        .during("登记办理")?;
    sqlx::query(include_str!("sql/determination/announce.sql")).execute(conn).await.during("通知办理")?;
    Ok(if inserted.is_some() { Insertion::Recorded } else { Insertion::Overtaken })
}

/// The flags of a parcel and its contracts that people decided about and the current run says nothing of.
pub async fn lapsed_of_parcel(
    conn: &mut PgConnection,
    division_code: &str,
    parcel_code: &str,
) -> Result<Vec<LapsedRow>, StoreError> {
    sqlx::query_as(include_str!("sql/determination/lapsed_of_parcel.sql"))
        .bind(division_code)
        .bind(parcel_code)
        .fetch_all(conn)
        .await
        .during("读取宗地的办理记录")
}

/// Flags by state, of one county or of all.
pub async fn states(conn: &mut PgConnection, county: Option<&str>) -> Result<Vec<StateRow>, StoreError> {
    sqlx::query_as(include_str!("sql/determination/states.sql")).bind(county).fetch_all(conn).await.during("按状态汇总")
}
