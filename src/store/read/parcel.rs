//! Parcels as a list, and everything the card of one parcel says besides its findings.

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use sqlx::PgConnection;

use super::{Bbox, Total};
use crate::store::StoreError;
use crate::store::fault::During;

/// Which parcels are asked for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ParcelFilter {
    /// Only parcels marked with this kind.
    pub kind: Option<String>,
    /// Only parcels of this county.
    pub county: Option<String>,
    /// Whether rules may be open.
    pub openness: Openness,
    /// Text that code, location or right holder must contain, case ignored.
    pub text: Option<String>,
    /// Only parcels that meet this box.
    pub bbox: Option<Bbox>,
}

/// Whether parcels without open rules are wanted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Openness {
    /// All parcels.
    #[default]
    Any,
    /// Only parcels with at least one undetermined rule.
    OnlyUndetermined,
}

/// The orders a list of parcels can have; ties are broken by code, rows without a value come last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ParcelOrder {
    /// Largest site area first.
    #[default]
    AreaDescending,
    /// Smallest site area first.
    AreaAscending,
    /// Highest plot ratio first.
    PlotRatioDescending,
    /// Lowest plot ratio first.
    PlotRatioAscending,
    /// By division and code.
    Code,
}

impl ParcelOrder {
    /// Every order.
    pub const ALL: [ParcelOrder; 5] = [
        ParcelOrder::AreaDescending,
        ParcelOrder::AreaAscending,
        ParcelOrder::PlotRatioDescending,
        ParcelOrder::PlotRatioAscending,
        ParcelOrder::Code,
    ];

    /// The word used in a request and bound in the statement.
    pub fn as_str(self) -> &'static str {
        match self {
            ParcelOrder::AreaDescending => "-area",
            ParcelOrder::AreaAscending => "area",
            ParcelOrder::PlotRatioDescending => "-plot_ratio",
            ParcelOrder::PlotRatioAscending => "plot_ratio",
            ParcelOrder::Code => "code",
        }
    }
}

/// The row after which a page begins.
#[derive(Clone, Debug, PartialEq)]
pub struct ParcelKey {
    /// The value ordered by, negated for descending orders; infinite where the row has none.
    pub sort_key: f64,
    /// 行政区划代码。
    pub division_code: String,
    /// 宗地代码。
    pub parcel_code: String,
}

/// One parcel as lists show it.
#[derive(Clone, Debug, PartialEq, Serialize, sqlx::FromRow)]
pub struct ParcelRow {
    /// 行政区划代码。
    pub division_code: String,
    /// 宗地代码。
    pub parcel_code: String,
    /// 行政区名称。
    pub division_name: String,
    /// 坐落。
    pub location: Option<String>,
    /// 土地使用权人。
    pub right_holder: Option<String>,
    /// 疑似类别。
    pub kinds: Vec<String>,
    /// 计面积的类别。
    pub counted_kind: Option<String>,
    /// 计入的疑似面积，m²。
    pub flagged_area_m2: f64,
    /// 土地面积，m²。
    pub site_area_m2: f64,
    /// `documentary` 证载、`ellipsoidal` 椭球。
    pub site_area_basis: String,
    /// 容积率；没有评价或缺数据为空。
    pub plot_ratio: Option<f64>,
    /// 建筑密度，0–1。
    pub building_density: Option<f64>,
    /// 相交建筑数。
    pub building_count: Option<i32>,
    /// 行业代码版本。
    pub industry_edition: Option<String>,
    /// 行业大类代码。
    pub industry_code: Option<String>,
    /// 待核的规则数。
    pub undetermined_count: i32,
    /// 数据时点。
    pub observed_on: Option<NaiveDate>,
    /// A point inside the parcel: longitude.
    pub label_lon: f64,
    /// A point inside the parcel: latitude.
    pub label_lat: f64,
    /// The rule whose finding flags the parcel, that of the counted kind first.
    pub basis: Option<String>,
    /// The title of that rule, as the run stored it.
    pub basis_title: Option<String>,
    /// Where the flag of each kind stands, kind → state: `suspected` until people decide. `None`: nothing is flagged.
    pub kind_states: Option<serde_json::Value>,
    /// Where the row stands in the order asked for.
    #[serde(skip)]
    #[sqlx(default)]
    pub sort_key: f64,
}

impl ParcelRow {
    /// The key that continues a list after this row.
    pub fn key(&self) -> ParcelKey {
        ParcelKey { sort_key: self.sort_key, division_code: self.division_code.clone(), parcel_code: self.parcel_code.clone() }
    }
}

/// What the card adds to the list's row.
#[derive(Clone, Debug, PartialEq, sqlx::FromRow)]
pub struct ParcelCardRow {
    /// The list's row.
    #[sqlx(flatten)]
    pub item: ParcelRow,
    /// 用途分类标准。
    pub land_use_scheme: Option<String>,
    /// 用途分类代码。
    pub land_use_code: Option<String>,
    /// 证载面积，m²。
    pub documentary_area_m2: Option<f64>,
    /// 椭球面积，m²。
    pub ellipsoidal_area_m2: f64,
    /// 平面面积，m²，EPSG:4549。
    pub planar_area_m2: Option<f64>,
    /// 建筑基底面积，m²。
    pub footprint_m2: Option<f64>,
    /// 计容建筑面积，m²。
    pub counting_floor_area_m2: Option<f64>,
    /// `computed` 或 `stated`。
    pub floor_area_basis: Option<String>,
    /// 来源导入批。
    pub import_id: i64,
    /// 来源文件名。
    pub file_name: String,
    /// 提供单位。
    pub provider: Option<String>,
    /// Whether the row itself is synthetic.
    pub is_synthetic: bool,
    /// 来源行号。
    pub source_row: i32,
    /// When this version was recorded.
    pub recorded_at: DateTime<Utc>,
    /// GeoJSON geometry, EPSG:4490, longitude first.
    pub geometry: String,
    /// West, south, east, north in degrees.
    pub bbox: Vec<f64>,
}

/// A building on the parcel.
#[derive(Clone, Debug, PartialEq, Serialize, sqlx::FromRow)]
pub struct ParcelBuildingRow {
    /// 行政区划代码。
    pub division_code: String,
    /// 建筑编号。
    pub building_code: String,
    /// 名称。
    pub name: Option<String>,
    /// 建筑用途。
    pub building_use: Option<String>,
    /// 地上层数。
    pub storeys_above: Option<i32>,
    /// 层高，m。
    pub storey_height_m: Option<f64>,
    /// 建筑高度，m。
    pub height_m: Option<f64>,
    /// 来源所载建筑面积，m²。
    pub stated_floor_area_m2: Option<f64>,
    /// The whole footprint, m².
    pub ellipsoidal_area_m2: f64,
    /// Share of the footprint that lies on the parcel, 0–1.
    pub share: f64,
    /// Footprint on the parcel, m².
    pub footprint_m2: f64,
}

/// A planned use of the parcel's ground.
#[derive(Clone, Debug, PartialEq, Serialize, sqlx::FromRow)]
pub struct ParcelZoneRow {
    /// 规划用途代码。
    pub zone_type_code: String,
    /// 规划用途名称。
    pub zone_type_name: Option<String>,
    /// 是否准许工业。
    pub is_industrial: Option<bool>,
    /// Share of the parcel, 0–1.
    pub share: f64,
}

/// One page of parcels after `after`, at most `limit` rows.
pub async fn page(
    conn: &mut PgConnection,
    filter: &ParcelFilter,
    order: ParcelOrder,
    after: Option<&ParcelKey>,
    limit: i64,
) -> Result<Vec<ParcelRow>, StoreError> {
    sqlx::query_as(include_str!("../sql/read/parcels_page.sql"))
        .bind(filter.kind.as_deref())
        .bind(filter.county.as_deref())
        .bind(filter.openness == Openness::OnlyUndetermined)
        .bind(filter.text.as_deref())
        .bind(filter.bbox.map(|bbox| bbox.ewkt()))
        .bind(order.as_str())
        .bind(after.map(|key| key.sort_key))
        .bind(after.map(|key| key.division_code.as_str()))
        .bind(after.map(|key| key.parcel_code.as_str()))
        .bind(limit)
        // A plan made for these very values can use the indexes; a generic plan cannot see through `$1 is null or`.
        .persistent(false)
        .fetch_all(conn)
        .await
        .during("读取宗地清单")
}

/// How many parcels answer the filter.
pub async fn total(conn: &mut PgConnection, filter: &ParcelFilter) -> Result<Total, StoreError> {
    sqlx::query_as(include_str!("../sql/read/parcels_total.sql"))
        .bind(filter.kind.as_deref())
        .bind(filter.county.as_deref())
        .bind(filter.openness == Openness::OnlyUndetermined)
        .bind(filter.text.as_deref())
        .bind(filter.bbox.map(|bbox| bbox.ewkt()))
        .persistent(false)
        .fetch_one(conn)
        .await
        .during("统计宗地")
}

/// One parcel by division and code.
pub async fn find(conn: &mut PgConnection, division_code: &str, parcel_code: &str) -> Result<Option<ParcelCardRow>, StoreError> {
    sqlx::query_as(include_str!("../sql/read/parcel.sql"))
        .bind(division_code)
        .bind(parcel_code)
        .fetch_optional(conn)
        .await
        .during("读取宗地")
}

/// The buildings on one parcel, largest first.
pub async fn buildings(
    conn: &mut PgConnection,
    division_code: &str,
    parcel_code: &str,
) -> Result<Vec<ParcelBuildingRow>, StoreError> {
    sqlx::query_as(include_str!("../sql/read/parcel_buildings.sql"))
        .bind(division_code)
        .bind(parcel_code)
        .fetch_all(conn)
        .await
        .during("读取宗地上的建筑")
}

/// The planned uses of one parcel, largest share first.
pub async fn zones(conn: &mut PgConnection, division_code: &str, parcel_code: &str) -> Result<Vec<ParcelZoneRow>, StoreError> {
    sqlx::query_as(include_str!("../sql/read/parcel_zones.sql"))
        .bind(division_code)
        .bind(parcel_code)
        .fetch_all(conn)
        .await
        .during("读取宗地规划用途")
}
