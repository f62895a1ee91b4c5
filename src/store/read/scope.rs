//! Under which run, law and knowledge everything is shown.

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::PgConnection;

use crate::store::StoreError;
use crate::store::fault::During;

/// The current run and what it stands on.
#[derive(Clone, Debug, PartialEq, sqlx::FromRow)]
pub struct ScopeRow {
    /// 评价批。
    pub run_id: i64,
    /// 法律时点。
    pub as_of: NaiveDate,
    /// 认知时点。
    pub known_at: DateTime<Utc>,
    /// 规则库版本名。
    pub rulebook_edition: String,
    /// 规则库 SHA-256。
    pub rulebook_digest: String,
    /// The register revision that the run saw.
    pub facts_revision: i64,
    /// Name to version.
    pub library_versions: serde_json::Value,
    /// The newest register revision; greater than `facts_revision` when data came in after the run.
    pub registers_revision: i64,
    /// Whether any imported row is synthetic.
    pub is_synthetic: bool,
    /// 宗地数据时点，最新的一个。
    pub observed_on: Option<NaiveDate>,
}

/// What would make a cached answer stale.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct StateOfData {
    /// The current run, if there is one.
    pub run_id: Option<i64>,
    /// The newest register revision, 0 for none.
    pub revision: i64,
}

/// The current run; `None` before the first one was activated.
pub async fn scope(conn: &mut PgConnection) -> Result<Option<ScopeRow>, StoreError> {
    sqlx::query_as(include_str!("../sql/read/scope.sql")).fetch_optional(conn).await.during("读取评价范围")
}

/// Whether any imported row is synthetic; also before the first run.
pub async fn is_synthetic(conn: &mut PgConnection) -> Result<bool, StoreError> {
    sqlx::query_scalar(include_str!("../sql/read/is_synthetic.sql")).fetch_one(conn).await.during("读取是否合成数据")
}

/// The run and revision that every answer shown now depends on.
pub async fn state_of_data(conn: &mut PgConnection) -> Result<StateOfData, StoreError> {
    sqlx::query_as(include_str!("../sql/read/state_of_data.sql")).fetch_one(conn).await.during("读取数据状态")
}

/// Whether the database answers and holds our tables.
pub async fn is_ready(conn: &mut PgConnection) -> Result<bool, StoreError> {
    sqlx::query_scalar(include_str!("../sql/read/ready.sql")).fetch_one(conn).await.during("检查数据库")
}
