//! 宗地沿革 (parcel lineage): which parcels took over the ground of which, and by which import. Only added, never changed.
//! Which parcels these are is worked out elsewhere; statements in `sql/lineage/`.

use chrono::{DateTime, Utc};
use sqlx::{FromRow, PgConnection};

use super::fault::{During, StoreError};

/// One parcel that took over ground of another.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NewLink {
    /// 原宗地的版本号。
    pub predecessor: i64,
    /// 承接宗地的版本号。
    pub successor: i64,
    /// `split`、`merge`、`adjust` 或 `renumber`。
    pub kind: &'static str,
    /// 共有面积，m²。
    pub shared_area_m2: f64,
}

/// A recorded link, as the card of a parcel shows it.
#[derive(Clone, Debug, PartialEq, FromRow)]
#[expect(missing_docs, reason = "the fields are the columns of the register, documented there")]
pub struct LineageRow {
    pub lineage_kind: String,
    pub shared_area_m2: f64,
    pub recorded_at: DateTime<Utc>,
    pub import_id: i64,
    pub file_name: String,
    pub division_code: String,
    pub parcel_code: String,
    /// 原宗地关闭时的椭球面积，m²。
    pub area_m2: f64,
    pub successor_division_code: String,
    pub successor_parcel_code: String,
    /// 承接宗地登记时的椭球面积，m²。
    pub successor_area_m2: f64,
}

/// Links shown of one parcel.
const LINKS_SHOWN: i64 = 1_000;

/// Those of the present parcel versions that the file being imported does not name. Inside the import's transaction only.
pub async fn not_brought(conn: &mut PgConnection, version_ids: &[i64]) -> Result<Vec<i64>, StoreError> {
    sqlx::query_scalar(include_str!("sql/lineage/not_brought.sql"))
        .persistent(false)
        .bind(version_ids)
        .fetch_all(conn)
        .await
        .during("查找文件没有报送的宗地")
}

/// Those of the parcel versions whose code was not a present one before.
pub async fn new_keys(conn: &mut PgConnection, version_ids: &[i64]) -> Result<Vec<i64>, StoreError> {
    sqlx::query_scalar(include_str!("sql/lineage/new_keys.sql"))
        .persistent(false)
        .bind(version_ids)
        .fetch_all(conn)
        .await
        .during("查找新编号的宗地")
}

/// Ends the predecessors at the instant of the import and records who took over.
pub async fn record(conn: &mut PgConnection, import_id: i64, links: &[NewLink]) -> Result<(), StoreError> {
    let predecessors: Vec<i64> = links.iter().map(|link| link.predecessor).collect();
    let successors: Vec<i64> = links.iter().map(|link| link.successor).collect();
    let kinds: Vec<&str> = links.iter().map(|link| link.kind).collect();
    let shared: Vec<f64> = links.iter().map(|link| link.shared_area_m2).collect();
    sqlx::query(include_str!("sql/lineage/close.sql"))
        .persistent(false)
        .bind(import_id)
        .bind(&predecessors)
        .execute(&mut *conn)
        .await
        .during("关闭原宗地")?;
    sqlx::query(include_str!("sql/lineage/insert.sql"))
        .persistent(false)
        .bind(import_id)
        .bind(&predecessors)
        .bind(&successors)
        .bind(&kinds)
        .bind(&shared)
        .execute(conn)
        .await
        .during("登记宗地沿革")?;
    Ok(())
}

/// How many parcels an import closed because others took over their ground.
pub async fn closed(conn: &mut PgConnection, import_id: i64) -> Result<i64, StoreError> {
    sqlx::query_scalar(include_str!("sql/lineage/closed.sql")).bind(import_id).fetch_one(conn).await.during("统计宗地沿革")
}

/// Whether a parcel of that code was ever registered there.
pub async fn ever_registered(conn: &mut PgConnection, division_code: &str, parcel_code: &str) -> Result<bool, StoreError> {
    sqlx::query_scalar(include_str!("sql/lineage/ever_registered.sql"))
        .bind(division_code)
        .bind(parcel_code)
        .fetch_one(conn)
        .await
        .during("查找宗地")
}

/// The links of one parcel in both directions, as known at an instant (`None`: now), the oldest first.
pub async fn of_parcel(
    conn: &mut PgConnection,
    division_code: &str,
    parcel_code: &str,
    known_at: Option<DateTime<Utc>>,
) -> Result<Vec<LineageRow>, StoreError> {
    sqlx::query_as(include_str!("sql/lineage/of_parcel.sql"))
        .bind(division_code)
        .bind(parcel_code)
        .bind(known_at)
        .bind(LINKS_SHOWN)
        .fetch_all(conn)
        .await
        .during("读取宗地沿革")
}
