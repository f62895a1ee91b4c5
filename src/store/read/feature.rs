//! Features of the open collections, each leaving the database as finished GeoJSON text, a row at a time.

use chrono::NaiveDate;
use futures::StreamExt;
use futures::stream::BoxStream;
use sqlx::PgConnection;

use super::Bbox;
use crate::store::StoreError;
use crate::store::fault::During;

/// The collections served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FeatureCollection {
    /// 宗地
    Parcels,
    /// 疑似结论
    Findings,
    /// 改造项目
    Projects,
    /// 行政区
    Divisions,
}

impl FeatureCollection {
    /// Every collection.
    pub const ALL: [FeatureCollection; 4] =
        [FeatureCollection::Parcels, FeatureCollection::Findings, FeatureCollection::Projects, FeatureCollection::Divisions];

    /// The word used in addresses.
    pub fn as_str(self) -> &'static str {
        match self {
            FeatureCollection::Parcels => "parcels",
            FeatureCollection::Findings => "findings",
            FeatureCollection::Projects => "projects",
            FeatureCollection::Divisions => "divisions",
        }
    }

    fn statement(self) -> &'static str {
        match self {
            FeatureCollection::Parcels => include_str!("../sql/read/feature/parcels_page.sql"),
            FeatureCollection::Findings => include_str!("../sql/read/feature/findings_page.sql"),
            FeatureCollection::Projects => include_str!("../sql/read/feature/projects_page.sql"),
            FeatureCollection::Divisions => include_str!("../sql/read/feature/divisions_page.sql"),
        }
    }
}

/// Which features are asked for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FeatureFilter {
    /// Only features of this county.
    pub county: Option<String>,
    /// Only features of this kind: a kind of inefficiency for parcels and findings, a renewal measure for projects.
    pub kind: Option<String>,
    /// Only features that meet this box, or have no geometry.
    pub bbox: Option<Bbox>,
    /// Only features observed on or after this day, or on no known day.
    pub observed_from: Option<NaiveDate>,
    /// Only features observed on or before this day, or on no known day.
    pub observed_to: Option<NaiveDate>,
    /// Only the feature with this code.
    pub code: Option<String>,
}

/// Division and code: the order of a collection and the name of a feature in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FeatureKey {
    /// 行政区划代码。
    pub division_code: String,
    /// The feature's code within the division.
    pub code: String,
}

/// One feature: its key and its finished parts.
#[derive(Clone, Debug, PartialEq, sqlx::FromRow)]
pub struct FeatureRow {
    /// 行政区划代码。
    pub division_code: String,
    /// The feature's code within the division.
    pub code: String,
    /// A JSON object.
    pub properties: String,
    /// A GeoJSON geometry; `None` when the feature has none.
    pub geometry: Option<String>,
}

/// The ground of our territory in degrees.
#[derive(Clone, Copy, Debug, PartialEq, sqlx::FromRow)]
struct ExtentRow {
    west: Option<f64>,
    south: Option<f64>,
    east: Option<f64>,
    north: Option<f64>,
}

/// Streams at most `limit` features after `after`, passing over the first `offset`.
///
/// Rows arrive as the database makes them; nothing is collected here. Dropping the stream ends the reading.
pub fn stream<'c>(
    conn: &'c mut PgConnection,
    collection: FeatureCollection,
    filter: &FeatureFilter,
    after: Option<&FeatureKey>,
    limit: i64,
    offset: i64,
) -> BoxStream<'c, Result<FeatureRow, StoreError>> {
    sqlx::query_as(collection.statement())
        .bind(filter.county.clone())
        .bind(filter.kind.clone())
        .bind(filter.bbox.map(|bbox| bbox.ewkt()))
        .bind(filter.observed_from)
        .bind(filter.observed_to)
        .bind(filter.code.clone())
        .bind(after.map(|key| key.division_code.clone()))
        .bind(after.map(|key| key.code.clone()))
        .bind(limit)
        .bind(offset)
        .persistent(false)
        .fetch(conn)
        .map(|row| row.during("读取要素"))
        .boxed()
}

/// The extent of all divisions; `None` while none is loaded.
pub async fn extent(conn: &mut PgConnection) -> Result<Option<Bbox>, StoreError> {
    let row: ExtentRow =
        sqlx::query_as(include_str!("../sql/read/feature/extent.sql")).fetch_one(conn).await.during("读取范围")?;
    Ok(match (row.west, row.south, row.east, row.north) {
        (Some(west), Some(south), Some(east), Some(north)) => Some(Bbox { west, south, east, north }),
        _ => None,
    })
}
