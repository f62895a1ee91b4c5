//! What the service shows: every SELECT behind the lists, the card, the tiles and the feature collections.
//! Reads the current versions of the registers and the current run; writes nothing and decides nothing.
//! Values of a request are bound as parameters, never made part of a statement; orders come from closed enums.

pub mod approval;
pub mod division;
pub mod feature;
pub mod finding;
pub mod import;
pub mod parcel;
pub mod project;
pub mod scope;
pub mod summary;
pub mod supply;
pub mod supply_rate;
pub mod tile;

use serde::Serialize;
use sqlx::{PgPool, Postgres, Transaction};

use super::StoreError;
use super::fault::During;

/// How many rows answer a filter, and on how much ground.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, sqlx::FromRow)]
pub struct Total {
    /// Number of rows.
    pub count: i64,
    /// Their area, m².
    pub area_m2: f64,
}

/// A box in degrees, EPSG:4490 (CRS84 to within centimetres), longitude first.
///
/// Invariant, kept by whoever builds it: finite, latitudes ordered, within ±180 and ±90.
/// West greater than east means that the box crosses the antimeridian.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bbox {
    /// Western longitude.
    pub west: f64,
    /// Southern latitude.
    pub south: f64,
    /// Eastern longitude.
    pub east: f64,
    /// Northern latitude.
    pub north: f64,
}

impl Bbox {
    /// The box as EWKT, to be bound as a parameter; two boxes where it crosses the antimeridian.
    pub(crate) fn ewkt(&self) -> String {
        let ring = |west: f64, east: f64| {
            let (south, north) = (self.south, self.north);
            format!("(({west} {south},{east} {south},{east} {north},{west} {north},{west} {south}))")
        };
        if self.west <= self.east {
            format!("SRID=4490;MULTIPOLYGON({})", ring(self.west, self.east))
        } else {
            format!("SRID=4490;MULTIPOLYGON({},{})", ring(self.west, 180.0), ring(-180.0, self.east))
        }
    }
}

/// One consistent, read-only view of the database: whatever commits meanwhile is not seen. Whoever asks through it for a register that is
/// just being filled in bulk is refused after three seconds: see [`StoreError::is_locked_out`].
pub async fn begin(pool: &PgPool) -> Result<Transaction<'static, Postgres>, StoreError> {
    let mut begun = pool.begin_with(include_str!("sql/read/begin.sql")).await.during("开始读取")?;
    sqlx::query(include_str!("sql/read/patience.sql")).execute(&mut *begun).await.during("开始读取")?;
    Ok(begun)
}
