//! Imports and their issues, as the operator reads them.

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
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

/// One issue of an import.
#[derive(Clone, Debug, PartialEq, Serialize, sqlx::FromRow)]
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

/// One page of issues after the ordinal `after`.
pub async fn issues(conn: &mut PgConnection, import_id: i64, after: i32, limit: i64) -> Result<Vec<IssueRow>, StoreError> {
    sqlx::query_as(include_str!("../sql/read/import_issues.sql"))
        .bind(import_id)
        .bind(after)
        .bind(limit)
        .fetch_all(conn)
        .await
        .during("读取导入问题")
}

/// How many issues one import has.
pub async fn issue_count(conn: &mut PgConnection, import_id: i64) -> Result<i64, StoreError> {
    sqlx::query_scalar(include_str!("../sql/read/import_issues_total.sql"))
        .bind(import_id)
        .fetch_one(conn)
        .await
        .during("统计导入问题")
}
