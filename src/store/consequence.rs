//! What an import that is not committed yet found before it. The consequences themselves are worked out elsewhere.

use chrono::{DateTime, Utc};
use sqlx::{FromRow, PgConnection};

use super::StoreError;
use super::fault::During;

/// An import at work, and how far the registers had come before it.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct AtWork {
    /// 登记簿种类。
    pub kind: String,
    /// 新增行数。
    pub rows_new: i32,
    /// 变更行数。
    pub rows_changed: i32,
    /// 未变行数。
    pub rows_unchanged: i32,
    /// 隔离行数。
    pub rows_quarantined: i32,
    /// 此前的认知时点；此前什么也没有登记过为 `None`。
    pub known_before: Option<DateTime<Utc>>,
}

/// The import of that number, after `complete`; `None` when there is none.
pub async fn at_work(conn: &mut PgConnection, import_id: i64) -> Result<Option<AtWork>, StoreError> {
    sqlx::query_as(include_str!("sql/consequence/before.sql"))
        .bind(import_id)
        .fetch_optional(conn)
        .await
        .during("读取导入之前的认知时点")
}
