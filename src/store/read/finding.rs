//! Findings of the current run, as stored: the evidence stays JSON here.

use chrono::NaiveDate;
use sqlx::PgConnection;

use super::Total;
use crate::store::StoreError;
use crate::store::fault::During;

/// One finding.
#[derive(Clone, Debug, PartialEq, sqlx::FromRow)]
pub struct FindingRow {
    /// 行政区划代码。
    pub division_code: String,
    /// `parcel`, `approval` or `supply`.
    pub subject_kind: String,
    /// 对象编号。
    pub subject_code: String,
    /// 规则编号。
    pub rule_id: String,
    /// 所涉宗地。
    pub parcel_code: Option<String>,
    /// `binding`, `guidance` or `benchmark`.
    pub force: String,
    /// `met`, `unmet`, `discretion`, `not_applicable` or `undetermined`.
    pub outcome: String,
    /// 疑似类别。
    pub flag: Option<String>,
    /// 疑似面积，m²。
    pub flagged_area_m2: Option<f64>,
    /// The domain's finding as JSON.
    pub detail: serde_json::Value,
    /// Where people left it; `None`: nobody decided anything yet.
    pub life_state: Option<String>,
    /// How many decisions there are.
    pub life_sequence: Option<i32>,
    /// The day of the last one.
    pub life_decided_on: Option<NaiveDate>,
    /// A point on the flagged ground or its subject: longitude. Only in lists.
    #[sqlx(default)]
    pub label_lon: Option<f64>,
    /// Latitude of the same point.
    #[sqlx(default)]
    pub label_lat: Option<f64>,
}

/// Every flag and whatever people decided about, wherever it stands.
pub const ANY_STATE: &str = "any";

/// Which findings are asked for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FindingFilter {
    /// Only findings that flag this kind.
    pub kind: Option<String>,
    /// Only findings of this county.
    pub county: Option<String>,
    /// Only findings with this outcome.
    pub outcome: Option<String>,
    /// Only findings of this rule.
    pub rule_id: Option<String>,
    /// Only flags that stand there (a word of `mujun_domain::life::State`), or [`ANY_STATE`].
    pub state: Option<String>,
}

/// The primary key of a finding within its run, in the order of the list.
#[derive(Clone, Debug, PartialEq)]
pub struct FindingKey {
    /// 行政区划代码。
    pub division_code: String,
    /// 对象种类。
    pub subject_kind: String,
    /// 对象编号。
    pub subject_code: String,
    /// 规则编号。
    pub rule_id: String,
}

impl FindingRow {
    /// The key that continues a list after this row.
    pub fn key(&self) -> FindingKey {
        FindingKey {
            division_code: self.division_code.clone(),
            subject_kind: self.subject_kind.clone(),
            subject_code: self.subject_code.clone(),
            rule_id: self.rule_id.clone(),
        }
    }
}

/// One page of findings after `after`.
pub async fn page(
    conn: &mut PgConnection,
    filter: &FindingFilter,
    after: Option<&FindingKey>,
    limit: i64,
) -> Result<Vec<FindingRow>, StoreError> {
    let statement = match filter.state.as_deref() {
        None | Some(ANY_STATE | "suspected") => include_str!("../sql/read/findings_page.sql"),
        Some(_) => include_str!("../sql/read/findings_decided_page.sql"),
    };
    sqlx::query_as(statement)
        .bind(filter.kind.as_deref())
        .bind(filter.county.as_deref())
        .bind(filter.outcome.as_deref())
        .bind(filter.rule_id.as_deref())
        .bind(after.map(|key| key.division_code.as_str()))
        .bind(after.map(|key| key.subject_kind.as_str()))
        .bind(after.map(|key| key.subject_code.as_str()))
        .bind(after.map(|key| key.rule_id.as_str()))
        .bind(limit)
        .bind(filter.state.as_deref())
        .persistent(false)
        .fetch_all(conn)
        .await
        .during("读取结论清单")
}

/// How many findings answer the filter, and on how much ground counted once.
pub async fn total(conn: &mut PgConnection, filter: &FindingFilter) -> Result<Total, StoreError> {
    let statement = match filter.state.as_deref() {
        None => include_str!("../sql/read/findings_total.sql"),
        Some(ANY_STATE | "suspected") => include_str!("../sql/read/findings_state_total.sql"),
        Some(_) => include_str!("../sql/read/findings_decided_total.sql"),
    };
    let query = sqlx::query_as(statement)
        .bind(filter.kind.as_deref())
        .bind(filter.county.as_deref())
        .bind(filter.outcome.as_deref())
        .bind(filter.rule_id.as_deref());
    let query = match &filter.state {
        None => query,
        Some(state) => query.bind(state.as_str()),
    };
    query.persistent(false).fetch_one(conn).await.during("统计结论")
}

/// Everything the run says of one parcel, its supplies included.
pub async fn of_parcel(conn: &mut PgConnection, division_code: &str, parcel_code: &str) -> Result<Vec<FindingRow>, StoreError> {
    sqlx::query_as(include_str!("../sql/read/parcel_findings.sql"))
        .bind(division_code)
        .bind(parcel_code)
        .fetch_all(conn)
        .await
        .during("读取宗地的结论")
}

/// Everything the run says of one subject.
pub async fn of_subject(
    conn: &mut PgConnection,
    subject_kind: &str,
    division_code: &str,
    subject_code: &str,
) -> Result<Vec<FindingRow>, StoreError> {
    sqlx::query_as(include_str!("../sql/read/subject_findings.sql"))
        .bind(subject_kind)
        .bind(division_code)
        .bind(subject_code)
        .fetch_all(conn)
        .await
        .during("读取对象的结论")
}
