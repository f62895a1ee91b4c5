//! 隔离的行 (rows set aside): what they held and why they did not come in. They lie in the issues of their import.

use chrono::{DateTime, Utc};
use sqlx::types::Json;
use sqlx::{FromRow, PgConnection};

use super::StoreError;
use super::fault::During;

/// The import whose rows were set aside.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Source {
    /// 登记簿种类。
    pub kind: String,
    /// 文件名。
    pub file_name: String,
    /// 图层或工作表名。
    pub layer_name: Option<String>,
    /// 来源坐标系，如 `EPSG:4528`。
    pub crs: Option<String>,
    /// 收到并提交的时刻。
    pub received_at: DateTime<Utc>,
    /// 原样保存的隔离行数。
    pub kept_rows: i64,
}

/// One row that was set aside.
#[derive(Clone, Debug, PartialEq, FromRow)]
pub struct SetAside {
    /// 批内序号。
    pub ordinal: i32,
    /// 来源行号，自 1 起。
    pub row_number: Option<i32>,
    /// 原行：列名到原值，图形在 `@wkb`。
    pub raw_row: Json<serde_json::Map<String, serde_json::Value>>,
    /// 问题代码，几处以分号隔开。
    pub codes: String,
    /// 原因。
    pub reasons: String,
    /// 处理办法。
    pub remedies: String,
}

/// The import of that number; `None` when there is none.
pub async fn source(conn: &mut PgConnection, import_id: i64) -> Result<Option<Source>, StoreError> {
    sqlx::query_as(include_str!("sql/quarantine/source.sql")).bind(import_id).fetch_optional(conn).await.during("读取导入批")
}

/// The columns that its rows have.
pub async fn columns(conn: &mut PgConnection, import_id: i64) -> Result<Vec<String>, StoreError> {
    sqlx::query_scalar(include_str!("sql/quarantine/columns.sql")).bind(import_id).fetch_all(conn).await.during("读取隔离行的列")
}

/// At most `limit` of its rows after the ordinal `after`.
pub async fn rows(conn: &mut PgConnection, import_id: i64, after: i32, limit: i64) -> Result<Vec<SetAside>, StoreError> {
    sqlx::query_as(include_str!("sql/quarantine/rows.sql"))
        .bind(import_id)
        .bind(after)
        .bind(limit)
        .fetch_all(conn)
        .await
        .during("读取隔离的行")
}
