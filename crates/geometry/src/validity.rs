//! What makes polygons valid, asked cheaply. No repair here.

use geo::{
    Coord, MultiPolygon, Polygon,
    orient::{Direction, Orient},
};

use crate::repair::InvalidSurface;

/// More vertices than this in one surface are refused: no real plot has them, and one such row would stall an import.
pub(crate) const MAX_VERTICES: usize = 1_000_000;

/// Refuses empty, too large and non-finite input.
pub(crate) fn check_numbers(polygons: &MultiPolygon<f64>) -> Result<(), InvalidSurface> {
    let mut count = 0;
    for ring in polygons.iter().flat_map(rings) {
        count += ring.0.len();
        if count > MAX_VERTICES {
            return Err(InvalidSurface::TooManyVertices { count, limit: MAX_VERTICES });
        }
        if let Some(at) = ring.0.iter().position(|c| !finite(c)) {
            let place = ring.0.iter().find(|c| finite(c)).map(|c| (c.x, c.y));
            return Err(InvalidSurface::NotFinite { vertex: at + 1, near: place });
        }
    }
    if count == 0 { Err(InvalidSurface::Empty) } else { Ok(()) }
}

pub(crate) fn finite(c: &Coord<f64>) -> bool {
    c.x.is_finite() && c.y.is_finite()
}

/// All rings of a polygon, the exterior first.
pub(crate) fn rings(polygon: &Polygon<f64>) -> impl Iterator<Item = &geo::LineString<f64>> {
    std::iter::once(polygon.exterior()).chain(polygon.interiors())
}

/// Exterior rings anticlockwise, holes clockwise.
pub(crate) fn orient(polygons: &mut MultiPolygon<f64>) {
    *polygons = polygons.orient(Direction::Default);
}
