//! Places, boxes and tiles of the Web Mercator world (OGC WebMercatorQuad), in whole numbers.

/// Units along the side of a tile (MVT extent).
pub const EXTENT: i32 = 4096;
/// Units around a tile within which geometry is kept, so that outlines do not show where tiles meet.
pub const MARGIN: i32 = 64;

/// A place in Web Mercator: x eastward from 180° W, y southward from 85.05° N, 2³² to the world each (9.3 mm at the equator).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Place {
    /// Eastward.
    pub x: u32,
    /// Southward.
    pub y: u32,
}

impl Place {
    /// Of a longitude and a latitude in degrees (CGCS2000 and WGS 84 alike); beyond the world's edge it stays at the edge.
    pub fn from_degrees(longitude: f64, latitude: f64) -> Place {
        const WORLD: f64 = 4_294_967_296.0;
        let sine = latitude.to_radians().sin();
        let x = (longitude / 360.0 + 0.5) * WORLD;
        let y = (0.5 - ((1.0 + sine) / (1.0 - sine)).ln() / (4.0 * std::f64::consts::PI)) * WORLD;
        // The cast keeps to the ends of the range.
        Place { x: x.round() as u32, y: y.round() as u32 }
    }

    /// Longitude and latitude, degrees.
    pub fn to_degrees(self) -> (f64, f64) {
        const WORLD: f64 = 4_294_967_296.0;
        let latitude = (std::f64::consts::PI * (1.0 - 2.0 * f64::from(self.y) / WORLD)).sinh().atan();
        (f64::from(self.x) / WORLD * 360.0 - 180.0, latitude.to_degrees())
    }
}

/// A box of places, both ends belonging to it; empty when a minimum is past its maximum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WorldBox {
    /// The north-west corner.
    pub min: Place,
    /// The south-east corner.
    pub max: Place,
}

impl WorldBox {
    /// Around nothing.
    pub const EMPTY: WorldBox = WorldBox { min: Place { x: u32::MAX, y: u32::MAX }, max: Place { x: 0, y: 0 } };
    /// Around everything.
    pub const WORLD: WorldBox = WorldBox { min: Place { x: 0, y: 0 }, max: Place { x: u32::MAX, y: u32::MAX } };

    /// Whether the two have a place in common.
    pub fn meets(&self, other: &WorldBox) -> bool {
        (self.min.x <= other.max.x) & (other.min.x <= self.max.x) & (self.min.y <= other.max.y) & (other.min.y <= self.max.y)
    }

    /// Around both.
    pub fn around(self, other: WorldBox) -> WorldBox {
        WorldBox {
            min: Place { x: self.min.x.min(other.min.x), y: self.min.y.min(other.min.y) },
            max: Place { x: self.max.x.max(other.max.x), y: self.max.y.max(other.max.y) },
        }
    }

    /// Around all places.
    pub fn of(places: &[Place]) -> WorldBox {
        places.iter().fold(WorldBox::EMPTY, |all, place| all.around(WorldBox { min: *place, max: *place }))
    }

    pub(crate) fn centre(&self) -> Place {
        Place { x: self.min.x / 2 + self.max.x / 2, y: self.min.y / 2 + self.max.y / 2 }
    }
}

/// A tile of the WebMercatorQuad pyramid.
///
/// Invariant: `z` ≤ 22, `x` and `y` below 2^z.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
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

    /// The tile of a zoom (0–22, deeper counts as 22) that holds a place.
    pub fn holding(place: Place, zoom: u8) -> Self {
        let z = zoom.min(Self::MAX_ZOOM);
        let shift = 32 - u32::from(z);
        // In 64 bits, because at zoom 0 the shift is the whole width.
        Self { z, x: (u64::from(place.x) >> shift) as u32, y: (u64::from(place.y) >> shift) as u32 }
    }

    /// Zoom, column, row.
    pub fn parts(&self) -> (u8, u32, u32) {
        (self.z, self.x, self.y)
    }

    /// Zoom.
    pub fn zoom(&self) -> u8 {
        self.z
    }

    /// Whether the place belongs to this tile and to no other of its zoom.
    pub fn holds(&self, place: Place) -> bool {
        TileAddress::holding(place, self.z) == *self
    }

    /// The ground whose features can show in this tile: the tile, its margin, and what rounding may move over that edge. A feature
    /// whose box does not meet it has no part in the tile's bytes.
    pub fn padded(&self) -> WorldBox {
        let side = 1_i64 << (32 - self.z);
        // The margin and the width of one step of the coarsest snapping; at the deepest zooms never less than one.
        let margin = (side * i64::from(MARGIN + 4) / i64::from(EXTENT)).max(1) + 1;
        let (west, north) = (i64::from(self.x) * side, i64::from(self.y) * side);
        let kept = |value: i64| value.clamp(0, i64::from(u32::MAX)) as u32;
        WorldBox {
            min: Place { x: kept(west - margin), y: kept(north - margin) },
            max: Place { x: kept(west + side + margin), y: kept(north + side + margin) },
        }
    }
}
