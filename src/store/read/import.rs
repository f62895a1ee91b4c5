//! Imports and their issues, as the operator reads them.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;

use crate::store::StoreError;
use crate::store::fault::During;

/// One import.
#[derive(Clone, Debug, PartialEq, Serialize, sqlx::FromRow)]
#[expect(missing_docs, reason = "the fields are the columns of the register, documented there")]
pub struct ImportRow {
    pub import_id: i64,
    pub kind: String,
    pub file_name: String,
    pub file_sha256: String,
    pub mapping_name: String,
    pub mapping_sha256: String,
    pub layer_name: Option<String>,
    pub provider: Option<String>,
    pub is_synthetic: bool,
    pub crs: Option<String>,
    pub encoding: Option<String>,
    pub observed_on: Option<NaiveDate>,
    pub received_on: Option<NaiveDate>,
    pub decisions: serde_json::Value,
    pub received_at: DateTime<Utc>,
    pub rows_read: i32,
    pub rows_new: i32,
    pub rows_changed: i32,
    pub rows_unchanged: i32,
    pub rows_quarantined: i32,
    /// Number of issues.
    pub issue_count: i64,
}

/// One issue of an import, or of a preview.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, sqlx::FromRow)]
#[expect(missing_docs, reason = "the fields are the columns of the register, documented there")]
pub struct IssueRow {
    pub ordinal: i32,
    pub code: String,
    pub severity: String,
    pub party: String,
    pub row_number: Option<i32>,
    pub column_name: Option<String>,
    pub value: Option<String>,
    pub message: String,
    pub remedy: String,
    pub lon: Option<f64>,
    pub lat: Option<f64>,
    /// The row as it came; not kept in the list of a preview, whose file is at hand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raw_row: Option<serde_json::Value>,
}

/// The newest imports.
pub async fn imports(conn: &mut PgConnection, limit: i64) -> Result<Vec<ImportRow>, StoreError> {
    sqlx::query_as(include_str!("../sql/read/imports.sql")).bind(limit).fetch_all(conn).await.during("读取导入批")
}

/// Whether there is such an import.
pub async fn exists(conn: &mut PgConnection, import_id: i64) -> Result<bool, StoreError> {
    sqlx::query_scalar(include_str!("../sql/read/import_exists.sql")).bind(import_id).fetch_one(conn).await.during("读取导入批")
}

/// Which issues are asked for; empty fields ask for all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IssueFilter {
    /// What the fault costs.
    pub severity: Option<String>,
    /// Who must act.
    pub party: Option<String>,
    /// `ING-nnn`.
    pub code: Option<String>,
}

impl IssueFilter {
    /// Whether an issue of this severity, party and code is asked for.
    pub fn takes(&self, severity: &str, party: &str, code: &str) -> bool {
        let fits = |wanted: &Option<String>, found: &str| wanted.as_deref().is_none_or(|wanted| wanted == found);
        fits(&self.severity, severity) && fits(&self.party, party) && fits(&self.code, code)
    }
}

/// How many issues there are of one code.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, sqlx::FromRow)]
pub struct IssueCount {
    /// `ING-nnn`.
    pub code: String,
    /// What the fault costs.
    pub severity: String,
    /// Who must act.
    pub party: String,
    /// How many.
    pub count: i64,
}

/// One page of issues after the ordinal `after`.
pub async fn issues(
    conn: &mut PgConnection,
    import_id: i64,
    filter: &IssueFilter,
    after: i32,
    limit: i64,
) -> Result<Vec<IssueRow>, StoreError> {
    sqlx::query_as(include_str!("../sql/read/import_issues.sql"))
        .bind(import_id)
        .bind(after)
        .bind(limit)
        .bind(&filter.severity)
        .bind(&filter.party)
        .bind(&filter.code)
        .fetch_all(conn)
        .await
        .during("读取导入问题")
}

/// How many issues one import has, by code.
pub async fn issue_counts(conn: &mut PgConnection, import_id: i64) -> Result<Vec<IssueCount>, StoreError> {
    sqlx::query_as(include_str!("../sql/read/import_issue_counts.sql"))
        .bind(import_id)
        .fetch_all(conn)
        .await
        .during("统计导入问题")
}
