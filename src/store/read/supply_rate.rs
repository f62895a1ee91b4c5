//! What was approved and what of it was supplied, by county and year of approval.

use sqlx::PgConnection;

use crate::store::StoreError;
use crate::store::fault::During;

/// The approvals of one county and year that are in force. Areas are ellipsoidal m²:
/// approved = supplied + deducted + sliver + leftover.
#[derive(Clone, Debug, PartialEq, sqlx::FromRow)]
pub struct SupplyRateRow {
    /// 行政区划代码。
    pub division_code: String,
    /// 名称。
    pub name: String,
    /// 批准年份；批准日期不详为 `None`。
    pub year: Option<i32>,
    /// 批次数。
    pub approvals: i64,
    /// 其中没有图形、不计面积的。
    pub without_geometry: i64,
    /// 已批。
    pub approved_m2: f64,
    /// 已供。
    pub supplied_m2: f64,
    /// 核减。
    pub deducted_m2: f64,
    /// 碎屑。
    pub sliver_m2: f64,
    /// 剩余。
    pub leftover_m2: f64,
    /// 剩余中每平方米只计一次的部分。
    pub counted_m2: f64,
}

/// Every county and year of the current run, or those named.
pub async fn supply_rates(
    conn: &mut PgConnection,
    county: Option<&str>,
    year: Option<i32>,
) -> Result<Vec<SupplyRateRow>, StoreError> {
    sqlx::query_as(include_str!("../sql/read/supply_rates.sql"))
        .bind(county)
        .bind(year)
        .fetch_all(conn)
        .await
        .during("汇总供地率")
}
