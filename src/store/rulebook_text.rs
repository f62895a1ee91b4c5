//! 规则库全文 (rulebook texts): the files of every rulebook that a run judged by, kept once under their digest.
//! It does not know what is written in them.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use sqlx::types::Json;

use super::fault::{During, StoreError};

/// Which rulebook is kept.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct KeptRulebook {
    /// 内容的 SHA-256，十六进制小写。
    pub digest: String,
    /// 版本名。
    pub edition: String,
    /// 首次用于评价的时刻。
    pub first_used_at: DateTime<Utc>,
}

/// The files of a kept rulebook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RulebookText {
    /// 版本名。
    pub edition: String,
    /// 相对路径到文本。
    pub files: BTreeMap<String, String>,
}

/// Keeps the text under its digest, if it is not kept already.
pub async fn keep(
    conn: &mut PgConnection,
    digest: &str,
    edition: &str,
    files: &BTreeMap<String, String>,
) -> Result<(), StoreError> {
    sqlx::query(include_str!("sql/rulebook_text/keep.sql"))
        .bind(digest)
        .bind(edition)
        .bind(Json(files))
        .execute(conn)
        .await
        .during("留存规则库全文")?;
    Ok(())
}

/// The kept rulebooks of that edition or whose digest begins so (`None`: all), the latest first.
pub async fn heads(conn: &mut PgConnection, asked: Option<&str>) -> Result<Vec<KeptRulebook>, StoreError> {
    sqlx::query_as(include_str!("sql/rulebook_text/heads.sql")).bind(asked).fetch_all(conn).await.during("查找留存的规则库")
}

/// The text of that digest; `None` when it was never used here.
pub async fn by_digest(conn: &mut PgConnection, digest: &str) -> Result<Option<RulebookText>, StoreError> {
    let row: Option<(String, Json<BTreeMap<String, String>>)> = sqlx::query_as(include_str!("sql/rulebook_text/files.sql"))
        .bind(digest)
        .fetch_optional(conn)
        .await
        .during("读取留存的规则库")?;
    Ok(row.map(|(edition, Json(files))| RulebookText { edition, files }))
}
