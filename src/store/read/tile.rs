//! Vector tiles, encoded by PostGIS: one statement a layer, each giving the layer, its collapsed polygons and its label points.

use sqlx::PgConnection;

use super::Bbox;
use crate::store::StoreError;
use crate::store::fault::During;

/// The layers a tile can hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum TileLayer {
    /// 宗地
    Parcels,
    /// 批而未供的剩余图形
    Leftovers,
    /// 建筑物
    Buildings,
    /// 规划分区
    Zones,
    /// 改造项目
    Projects,
    /// 供地范围
    Supplies,
}

impl TileLayer {
    /// Every layer.
    pub const ALL: [TileLayer; 6] = [
        TileLayer::Parcels,
        TileLayer::Leftovers,
        TileLayer::Buildings,
        TileLayer::Zones,
        TileLayer::Projects,
        TileLayer::Supplies,
    ];

    /// The word used in addresses and inside the tile.
    pub fn as_str(self) -> &'static str {
        match self {
            TileLayer::Parcels => "parcels",
            TileLayer::Leftovers => "leftovers",
            TileLayer::Buildings => "buildings",
            TileLayer::Zones => "zones",
            TileLayer::Projects => "projects",
            TileLayer::Supplies => "supplies",
        }
    }

    fn statement(self) -> &'static str {
        match self {
            TileLayer::Parcels => include_str!("../sql/read/tile/parcels.sql"),
            TileLayer::Leftovers => include_str!("../sql/read/tile/leftovers.sql"),
            TileLayer::Buildings => include_str!("../sql/read/tile/buildings.sql"),
            TileLayer::Zones => include_str!("../sql/read/tile/zones.sql"),
            TileLayer::Projects => include_str!("../sql/read/tile/projects.sql"),
            TileLayer::Supplies => include_str!("../sql/read/tile/supplies.sql"),
        }
    }
}

/// A tile of the WebMercatorQuad pyramid (512 pixels).
///
/// Invariant: `z` ≤ 22, `x` and `y` below 2^z.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TileAddress {
    z: u8,
    x: u32,
    y: u32,
}

impl TileAddress {
    /// The deepest zoom served.
    pub const MAX_ZOOM: u8 = 22;

    /// `None` when there is no such tile.
    pub fn new(z: u8, x: u32, y: u32) -> Option<Self> {
        (z <= Self::MAX_ZOOM && x < 1 << z && y < 1 << z).then_some(Self { z, x, y })
    }

    /// Zoom, column, row.
    pub fn parts(&self) -> (u8, u32, u32) {
        (self.z, self.x, self.y)
    }

    /// The tile and 64/4096 of its width around it, in degrees.
    ///
    /// Computed here and not by transforming the envelope in the database: beyond ±180° PROJ wraps the longitude, and the
    /// margin of a tile at the edge of the world would turn its box inside out.
    pub fn padded_box(&self) -> Bbox {
        const MARGIN: f64 = 64.0 / 4096.0;
        let tiles = f64::from(1_u32 << self.z);
        let longitude = |column: f64| (column / tiles * 360.0 - 180.0).clamp(-180.0, 180.0);
        let latitude = |row: f64| {
            let row = (row / tiles).clamp(0.0, 1.0);
            (std::f64::consts::PI * (1.0 - 2.0 * row)).sinh().atan().to_degrees()
        };
        let (x, y) = (f64::from(self.x), f64::from(self.y));
        Bbox {
            west: longitude(x - MARGIN),
            south: latitude(y + 1.0 + MARGIN),
            east: longitude(x + 1.0 + MARGIN),
            north: latitude(y - MARGIN),
        }
    }
}

/// One layer of one tile; empty when the tile holds nothing of it.
pub async fn layer(conn: &mut PgConnection, layer: TileLayer, tile: TileAddress) -> Result<Vec<u8>, StoreError> {
    let (z, x, y) = tile.parts();
    let padded = tile.padded_box();
    sqlx::query_scalar(layer.statement())
        .bind(i32::from(z))
        // Below 2^22, so the cast loses nothing.
        .bind(x as i32)
        .bind(y as i32)
        .bind(padded.west)
        .bind(padded.south)
        .bind(padded.east)
        .bind(padded.north)
        .fetch_one(conn)
        .await
        .during("生成瓦片")
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn the_world_tile_does_not_reach_past_the_antimeridian() {
        let padded = TileAddress::new(0, 0, 0).unwrap().padded_box();
        assert_eq!((padded.west, padded.east), (-180.0, 180.0));
        assert!((padded.north - 85.051_128_78).abs() < 1e-6 && (padded.south + 85.051_128_78).abs() < 1e-6);
    }

    #[test]
    fn a_tile_is_padded_on_every_side() {
        // Jiaxing at zoom 10: column 854 begins at 854/1024 × 360 − 180 = 120.234375°.
        let padded = TileAddress::new(10, 854, 420).unwrap().padded_box();
        assert!(padded.west < 120.234_375 && padded.east > 120.585_937_5);
        assert!((padded.west - (120.234_375 - 0.351_562_5 / 64.0)).abs() < 1e-9);
        assert!(padded.south < padded.north);
    }

    #[test]
    fn a_tile_outside_its_zoom_does_not_exist() {
        assert!(TileAddress::new(1, 2, 0).is_none());
        assert!(TileAddress::new(1, 0, 2).is_none());
        assert!(TileAddress::new(23, 0, 0).is_none());
        assert!(TileAddress::new(22, (1 << 22) - 1, (1 << 22) - 1).is_some());
    }
}
