//! 评价批 (runs): what was evaluated, by which rules and at which dates. A run is written once; one run is current.
//! The conclusions are in `finding`.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::PgConnection;
use sqlx::postgres::PgRow;
use sqlx::types::Json;
use sqlx::{FromRow, Row};

use super::fault::{During, StoreError};

/// The channel on which a change of the current run is announced; the payload is the run's number.
pub const RUN_CHANNEL: &str = "mujun_run";

/// A run to be recorded.
#[derive(Clone, Debug, PartialEq)]
pub struct NewRun {
    /// 法律时点。
    pub as_of: NaiveDate,
    /// 认知时点。
    pub known_at: DateTime<Utc>,
    /// 规则库版本名。
    pub rulebook_edition: String,
    /// 规则库内容的 SHA-256。
    pub rulebook_digest: String,
    /// 所见登记簿修订号。
    pub facts_revision: i64,
    /// 库名到版本。
    pub library_versions: BTreeMap<String, String>,
    /// 全部结论规范形式的 SHA-256。
    pub findings_sha256: String,
    /// 评价对象数。
    pub subjects: i32,
}

/// A recorded run.
#[derive(Clone, Debug, PartialEq)]
pub struct Run {
    /// 评价批号。
    pub run_id: i64,
    /// What was recorded of it.
    pub run: NewRun,
    /// 生成时刻。
    pub created_at: DateTime<Utc>,
}

impl FromRow<'_, PgRow> for Run {
    fn from_row(row: &PgRow) -> Result<Run, sqlx::Error> {
        let Json(library_versions) = row.try_get("library_versions")?;
        Ok(Run {
            run_id: row.try_get("run_id")?,
            run: NewRun {
                as_of: row.try_get("as_of")?,
                known_at: row.try_get("known_at")?,
                rulebook_edition: row.try_get("rulebook_edition")?,
                rulebook_digest: row.try_get("rulebook_digest")?,
                facts_revision: row.try_get("facts_revision")?,
                library_versions,
                findings_sha256: row.try_get("findings_sha256")?,
                subjects: row.try_get("subjects")?,
            },
            created_at: row.try_get("created_at")?,
        })
    }
}

/// Records a run and answers its number; its findings and parcel states follow in the same transaction.
pub async fn insert(conn: &mut PgConnection, run: &NewRun) -> Result<i64, StoreError> {
    sqlx::query_scalar(include_str!("sql/run/insert.sql"))
        .bind(run.as_of)
        .bind(run.known_at)
        .bind(&run.rulebook_edition)
        .bind(&run.rulebook_digest)
        .bind(run.facts_revision)
        .bind(Json(&run.library_versions))
        .bind(&run.findings_sha256)
        .bind(run.subjects)
        .fetch_one(conn)
        .await
        .during("登记评价批")
}

/// Writes the digest of the findings and the number of subjects of a run that was recorded before they were known, in its own transaction.
pub async fn seal(conn: &mut PgConnection, run_id: i64, findings_sha256: &str, subjects: i32) -> Result<(), StoreError> {
    sqlx::query(include_str!("sql/run/seal.sql"))
        .bind(run_id)
        .bind(findings_sha256)
        .bind(subjects)
        .execute(conn)
        .await
        .during("登记评价批")?;
    Ok(())
}

/// Makes a run the one that lists, tiles and cards show, and announces it on [`RUN_CHANNEL`] at commit.
pub async fn set_current(conn: &mut PgConnection, run_id: i64) -> Result<(), StoreError> {
    sqlx::query(include_str!("sql/run/set_current.sql")).bind(run_id).execute(&mut *conn).await.during("启用评价批")?;
    sqlx::query(include_str!("sql/run/announce.sql")).bind(run_id).execute(conn).await.during("通知评价批")?;
    Ok(())
}

/// The current run; `None` before the first evaluation.
pub async fn current(conn: &mut PgConnection) -> Result<Option<Run>, StoreError> {
    sqlx::query_as(include_str!("sql/run/current.sql")).fetch_optional(conn).await.during("读取现行评价批")
}

/// One run by number.
pub async fn by_id(conn: &mut PgConnection, run_id: i64) -> Result<Option<Run>, StoreError> {
    sqlx::query_as(include_str!("sql/run/by_id.sql")).bind(run_id).fetch_optional(conn).await.during("读取评价批")
}

/// Runs, the latest first: at most `limit`, of those before `before` (`None`: from the latest).
pub async fn list(conn: &mut PgConnection, limit: i64, before: Option<i64>) -> Result<Vec<Run>, StoreError> {
    sqlx::query_as(include_str!("sql/run/list.sql")).bind(limit).bind(before).fetch_all(conn).await.during("列出评价批")
}

/// How many rows the registers hold at present.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, FromRow)]
pub struct RegisterCounts {
    /// 行政区。
    pub divisions: i64,
    /// 宗地。
    pub parcels: i64,
    /// 批次。
    pub approvals: i64,
    /// 供地合同。
    pub supplies: i64,
}

/// Counts the registers that a run reads first.
pub async fn register_counts(conn: &mut PgConnection) -> Result<RegisterCounts, StoreError> {
    sqlx::query_as(include_str!("sql/run/register_counts.sql")).fetch_one(conn).await.during("统计登记簿")
}
