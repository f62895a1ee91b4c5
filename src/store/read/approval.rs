//! Approvals (批次) with what is left of each in the current run.

use chrono::NaiveDate;
use serde::Serialize;
use sqlx::PgConnection;

use super::Total;
use crate::store::StoreError;
use crate::store::fault::During;

/// One approval.
#[derive(Clone, Debug, PartialEq, Serialize, sqlx::FromRow)]
#[expect(missing_docs, reason = "the fields are the columns of the register, documented there")]
pub struct ApprovalRow {
    pub division_code: String,
    pub division_name: String,
    pub approval_number: String,
    pub batch_name: Option<String>,
    pub approval_level: Option<String>,
    pub approved_on: Option<NaiveDate>,
    pub withdrawn_on: Option<NaiveDate>,
    pub documentary_area_m2: Option<f64>,
    pub ellipsoidal_area_m2: Option<f64>,
    pub planar_area_m2: Option<f64>,
    pub observed_on: Option<NaiveDate>,
    pub has_geometry: bool,
    pub import_id: i64,
    pub file_name: String,
    pub source_row: i32,
    /// Outcome of the rule on leftovers, `None` when not evaluated.
    pub outcome: Option<String>,
    /// Flagged leftover, m².
    pub flagged_area_m2: Option<f64>,
    /// Where the flag of that rule stands; `None`: nothing is flagged and nothing was decided.
    pub life_state: Option<String>,
    /// The evidence of that finding, the domain's JSON.
    #[serde(skip)]
    pub detail: Option<serde_json::Value>,
    /// A point on the leftover, else on the approval: longitude.
    pub label_lon: Option<f64>,
    /// Latitude of the same point.
    pub label_lat: Option<f64>,
}

/// The shapes of an approval, as GeoJSON geometries.
#[derive(Clone, Debug, PartialEq, sqlx::FromRow)]
pub struct ApprovalShapes {
    /// 批次范围；无图形为空。
    pub geometry: Option<String>,
    /// What was never supplied.
    pub leftover_geometry: Option<String>,
}

/// One page of approvals after the key (division, number); `number` picks one.
pub async fn page(
    conn: &mut PgConnection,
    county: Option<&str>,
    number: Option<&str>,
    after: Option<(&str, &str)>,
    limit: i64,
) -> Result<Vec<ApprovalRow>, StoreError> {
    sqlx::query_as(include_str!("../sql/read/approvals_page.sql"))
        .bind(county)
        .bind(number)
        .bind(after.map(|key| key.0))
        .bind(after.map(|key| key.1))
        .bind(limit)
        .persistent(false)
        .fetch_all(conn)
        .await
        .during("读取批次清单")
}

/// How many approvals there are.
pub async fn total(conn: &mut PgConnection, county: Option<&str>) -> Result<Total, StoreError> {
    sqlx::query_as(include_str!("../sql/read/approvals_total.sql")).bind(county).fetch_one(conn).await.during("统计批次")
}

/// The shapes of one approval.
pub async fn shapes(
    conn: &mut PgConnection,
    division_code: &str,
    approval_number: &str,
) -> Result<Option<ApprovalShapes>, StoreError> {
    sqlx::query_as(include_str!("../sql/read/approval_shapes.sql"))
        .bind(division_code)
        .bind(approval_number)
        .fetch_optional(conn)
        .await
        .during("读取批次图形")
}
