//! Counts and areas by county, kind and register.

use chrono::NaiveDate;
use serde::Serialize;
use sqlx::PgConnection;

use crate::store::StoreError;
use crate::store::fault::During;

/// One county's parcels.
#[derive(Clone, Debug, PartialEq, sqlx::FromRow)]
pub struct CountyRow {
    /// 行政区划代码。
    pub division_code: String,
    /// 名称。
    pub name: String,
    /// Number of parcels.
    pub parcels: i64,
    /// Ground, m²: documentary area where there is one, else ellipsoidal.
    pub area_m2: f64,
    /// Parcels with an undetermined rule.
    pub undetermined: i64,
}

/// One county's findings of one kind.
#[derive(Clone, Debug, PartialEq, sqlx::FromRow)]
pub struct KindRow {
    /// 行政区划代码。
    pub division_code: String,
    /// `approved_not_supplied`, `supplied_not_used` or `underused`.
    pub kind: String,
    /// Findings that flag it.
    pub count: i64,
    /// Ground, m², each square metre counted once.
    pub area_m2: f64,
    /// Parcels marked with it.
    pub parcels: i64,
}

/// What there is of one map layer.
#[derive(Clone, Debug, PartialEq, Serialize, sqlx::FromRow)]
pub struct LayerRow {
    /// `parcels`, `buildings`, …
    pub id: String,
    /// Number of rows.
    pub count: i64,
    /// Their area, m².
    pub area_m2: f64,
    /// 数据时点，最新的一个。
    pub observed_on: Option<NaiveDate>,
    /// Rows that cannot be drawn.
    pub without_geometry: i64,
}

/// Every county, or the one named.
pub async fn counties(conn: &mut PgConnection, county: Option<&str>) -> Result<Vec<CountyRow>, StoreError> {
    sqlx::query_as(include_str!("../sql/read/summary_counties.sql")).bind(county).fetch_all(conn).await.during("按县汇总")
}

/// Findings by county and kind.
pub async fn kinds(conn: &mut PgConnection, county: Option<&str>) -> Result<Vec<KindRow>, StoreError> {
    sqlx::query_as(include_str!("../sql/read/summary_kinds.sql")).bind(county).fetch_all(conn).await.during("按类别汇总")
}

/// The map's layers.
pub async fn layers(conn: &mut PgConnection, county: Option<&str>) -> Result<Vec<LayerRow>, StoreError> {
    sqlx::query_as(include_str!("../sql/read/summary_layers.sql")).bind(county).fetch_all(conn).await.during("按图层汇总")
}
