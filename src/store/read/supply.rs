//! Supply contracts: those of a parcel, and all of them, with or without geometry.

use chrono::NaiveDate;
use serde::Serialize;
use sqlx::PgConnection;

use super::Total;
use crate::store::StoreError;
use crate::store::fault::During;

/// One contract.
#[derive(Clone, Debug, PartialEq, Serialize, sqlx::FromRow)]
#[expect(missing_docs, reason = "the fields are the columns of the register, documented there")]
pub struct SupplyRow {
    pub division_code: String,
    pub division_name: String,
    pub supply_code: String,
    pub parcel_code: Option<String>,
    pub project_name: Option<String>,
    pub land_user: Option<String>,
    pub location: Option<String>,
    pub supply_mode: Option<String>,
    pub land_use_name: Option<String>,
    pub industry_edition: Option<String>,
    pub industry_code: Option<String>,
    pub contract_signed_on: Option<NaiveDate>,
    pub delivered_on: Option<NaiveDate>,
    pub agreed_start_on: Option<NaiveDate>,
    pub agreed_finish_on: Option<NaiveDate>,
    pub construction_state: Option<String>,
    pub actual_start_on: Option<NaiveDate>,
    pub actual_finish_on: Option<NaiveDate>,
    pub contract_far_min: Option<f64>,
    pub contract_far_max: Option<f64>,
    pub contract_density_max: Option<f64>,
    pub price_wan_yuan: Option<f64>,
    pub documentary_area_m2: Option<f64>,
    pub ellipsoidal_area_m2: Option<f64>,
    pub planar_area_m2: Option<f64>,
    pub observed_on: Option<NaiveDate>,
    pub has_geometry: bool,
    pub import_id: i64,
    pub file_name: String,
    pub source_row: i32,
}

/// Which contracts are asked for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SupplyFilter {
    /// Only contracts of this county.
    pub county: Option<String>,
    /// Whether contracts with geometry are wanted.
    pub geometry: GeometryPresence,
}

/// Whether rows with geometry are wanted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum GeometryPresence {
    /// All rows.
    #[default]
    Any,
    /// Only rows that cannot be drawn.
    OnlyWithout,
}

/// One page of contracts after the key (division, supply code).
pub async fn page(
    conn: &mut PgConnection,
    filter: &SupplyFilter,
    after: Option<(&str, &str)>,
    limit: i64,
) -> Result<Vec<SupplyRow>, StoreError> {
    sqlx::query_as(include_str!("../sql/read/supplies_page.sql"))
        .bind(filter.county.as_deref())
        .bind(filter.geometry == GeometryPresence::OnlyWithout)
        .bind(after.map(|key| key.0))
        .bind(after.map(|key| key.1))
        .bind(limit)
        .persistent(false)
        .fetch_all(conn)
        .await
        .during("读取供地清单")
}

/// How many contracts answer the filter.
pub async fn total(conn: &mut PgConnection, filter: &SupplyFilter) -> Result<Total, StoreError> {
    sqlx::query_as(include_str!("../sql/read/supplies_total.sql"))
        .bind(filter.county.as_deref())
        .bind(filter.geometry == GeometryPresence::OnlyWithout)
        .fetch_one(conn)
        .await
        .during("统计供地")
}

/// The contracts of one parcel, oldest first.
pub async fn of_parcel(conn: &mut PgConnection, division_code: &str, parcel_code: &str) -> Result<Vec<SupplyRow>, StoreError> {
    sqlx::query_as(include_str!("../sql/read/parcel_supplies.sql"))
        .bind(division_code)
        .bind(parcel_code)
        .fetch_all(conn)
        .await
        .during("读取宗地的供地合同")
}
