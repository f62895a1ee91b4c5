//! 容差 (tolerances of the quality checks): the present values and those before. A value is never overwritten: it ends, and the next
//! begins. What they may be is decided elsewhere; statements in `sql/tolerance/`.

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use sqlx::{FromRow, PgConnection};

use super::fault::{During, StoreError};

/// One value of a tolerance.
#[derive(Clone, Debug, PartialEq, Serialize, FromRow)]
#[expect(missing_docs, reason = "the fields are the columns of the table, documented there")]
pub struct ToleranceRow {
    pub name: String,
    pub value: f64,
    pub unit: String,
    pub certainty: String,
    pub note: String,
    pub decided_on: Option<NaiveDate>,
    pub decided_by: Option<String>,
    pub reason: Option<String>,
    pub document: Option<String>,
    pub recorded_at: DateTime<Utc>,
    /// 是否现行。
    pub is_present: bool,
}

/// A value that somebody decided on.
#[derive(Clone, Debug, PartialEq)]
pub struct NewTolerance<'a> {
    /// 名称。
    pub name: &'a str,
    /// 值，按该容差的单位。
    pub value: f64,
    /// `document` 或 `operator`。
    pub certainty: &'static str,
    /// 决定日期。
    pub decided_on: NaiveDate,
    /// 决定人或单位。
    pub decided_by: Option<&'a str>,
    /// 理由。
    pub reason: &'a str,
    /// 所据文件。
    pub document: Option<&'a str>,
}

/// All values, by name, the latest of each first.
pub async fn history(conn: &mut PgConnection) -> Result<Vec<ToleranceRow>, StoreError> {
    sqlx::query_as(include_str!("sql/tolerance/history.sql")).fetch_all(conn).await.during("读取容差")
}

/// Waits until nobody else changes a tolerance; held until the transaction ends.
pub async fn hold(conn: &mut PgConnection) -> Result<(), StoreError> {
    sqlx::query(include_str!("sql/tolerance/hold.sql")).execute(conn).await.during("等待其他人修改容差")?;
    Ok(())
}

/// Ends the present value and begins another. The name must be a known one.
pub async fn replace(conn: &mut PgConnection, new: &NewTolerance<'_>) -> Result<(), StoreError> {
    sqlx::query(include_str!("sql/tolerance/close.sql")).bind(new.name).execute(&mut *conn).await.during("关闭旧容差")?;
    sqlx::query(include_str!("sql/tolerance/insert.sql"))
        .bind(new.name)
        .bind(new.value)
        .bind(new.certainty)
        .bind(new.decided_on)
        .bind(new.decided_by)
        .bind(new.reason)
        .bind(new.document)
        .execute(conn)
        .await
        .during("登记新容差")?;
    Ok(())
}
