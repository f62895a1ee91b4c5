//! County boundaries.

use sqlx::PgConnection;

use crate::store::StoreError;
use crate::store::fault::During;

/// One county and its boundary.
#[derive(Clone, Debug, PartialEq, sqlx::FromRow)]
pub struct DivisionRow {
    /// 行政区划代码。
    pub division_code: String,
    /// 名称。
    pub name: String,
    /// Where to write the name: longitude.
    pub label_lon: f64,
    /// Where to write the name: latitude.
    pub label_lat: f64,
    /// GeoJSON geometry, EPSG:4490, longitude first.
    pub geometry: String,
}

/// All counties by code.
pub async fn divisions(conn: &mut PgConnection) -> Result<Vec<DivisionRow>, StoreError> {
    sqlx::query_as(include_str!("../sql/read/divisions.sql")).fetch_all(conn).await.during("读取行政区")
}

/// Code and name of every division, by code.
pub async fn names(conn: &mut PgConnection) -> Result<Vec<(String, String)>, StoreError> {
    sqlx::query_as(include_str!("../sql/read/division_names.sql")).fetch_all(conn).await.during("读取行政区名称")
}
