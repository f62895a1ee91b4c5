//! A surface: polygons that are known to be valid, oriented, closed, finite and non-empty, with their CRS.
//!
//! Nothing here repairs anything: raw polygons become surfaces through [`crate::repair::mend`].

use geo::{Coord, MultiPolygon, Polygon, Rect};

use crate::{crs::Crs, repair::InvalidSurface, validity};

/// More vertices than this in one surface are refused: no plot has them, and one such row would stall an import.
const MAX_VERTICES: usize = 1_000_000;
/// Beyond this no reference system has coordinates, in degrees or metres (zone-prefixed eastings reach 6 × 10⁷).
const MAX_COORDINATE: f64 = 1e9;

/// A valid surface.
///
/// Holds for every value: at least one polygon; every ring closed, finite and simple; exterior rings anticlockwise, holes
/// clockwise; holes inside their exterior and leaving the interior in one piece; parts that share at most points
/// (OGC 06-103r4 §6.1.11, §6.1.14). Coordinates are in [`Surface::crs`], `x` = easting/longitude, `y` = northing/latitude.
///
/// It is made by [`crate::mend`] from anything, by the overlay from other surfaces, and by [`Surface::from_trusted`] from rows
/// that were surfaces before.
#[derive(Clone, Debug, PartialEq)]
pub struct Surface {
    polygons: MultiPolygon<f64>,
    bounds: Rect<f64>,
    crs: Crs,
}

impl Surface {
    /// A surface from polygons that were a surface before, such as rows of our own database.
    ///
    /// Checks what is cheap (non-empty, finite, in range, some area) and puts the orientation right; does not look for crossings: that is the
    /// trust. Polygons from anywhere else go through [`crate::mend`].
    ///
    /// # Errors
    /// [`InvalidSurface`] when the polygons are empty, not finite, out of range, too large or without area.
    pub fn from_trusted(polygons: MultiPolygon<f64>, crs: Crs) -> Result<Surface, InvalidSurface> {
        check_numbers(&polygons)?;
        let mut parts = polygons.0;
        parts.retain(|p| !p.exterior().0.is_empty());
        let first = parts.first().map(|p| p.exterior().0[0]).ok_or(InvalidSurface::Empty)?;
        let nothing_left = InvalidSurface::ZeroArea { place: first.x_y() };
        parts.retain(|p| validity::signed_area(&p.exterior().0) != 0.0);
        orient(&mut parts);
        valid(parts, crs).ok_or(nothing_left)
    }

    /// The reference system of the coordinates.
    pub fn crs(&self) -> Crs {
        self.crs
    }

    /// The polygons.
    pub fn multi_polygon(&self) -> &MultiPolygon<f64> {
        &self.polygons
    }

    /// The polygons, given away.
    pub fn into_multi_polygon(self) -> MultiPolygon<f64> {
        self.polygons
    }

    /// The bounding box, in the surface's own CRS.
    pub fn bounds(&self) -> Rect<f64> {
        self.bounds
    }
}

/// A surface of polygons that are valid and oriented already; `None` for no polygon.
pub(crate) fn valid(parts: Vec<Polygon<f64>>, crs: Crs) -> Option<Surface> {
    let bounds = validity::bounds(parts.iter().flat_map(|p| &p.exterior().0))?;
    Some(Surface { polygons: MultiPolygon(parts), bounds, crs })
}

/// Refuses empty, too large, non-finite and absurd input.
pub(crate) fn check_numbers(polygons: &MultiPolygon<f64>) -> Result<(), InvalidSurface> {
    let count: usize = polygons.iter().flat_map(validity::rings).map(|r| r.0.len()).sum();
    if count == 0 {
        return Err(InvalidSurface::Empty);
    }
    if count > MAX_VERTICES {
        return Err(InvalidSurface::TooManyVertices { count, limit: MAX_VERTICES });
    }
    let finite = |c: &Coord<f64>| c.x.is_finite() && c.y.is_finite();
    let mut before = 0;
    for ring in polygons.iter().flat_map(validity::rings) {
        if let Some(at) = ring.0.iter().position(|c| !(c.x.abs() <= MAX_COORDINATE && c.y.abs() <= MAX_COORDINATE)) {
            if finite(&ring.0[at]) {
                return Err(InvalidSurface::OutOfRange { place: ring.0[at].x_y() });
            }
            let near = ring.0.iter().find(|c| finite(c)).map(|c| c.x_y());
            return Err(InvalidSurface::NotFinite { vertex: before + at + 1, near });
        }
        before += ring.0.len();
    }
    Ok(())
}

/// Turns exteriors anticlockwise and holes clockwise; the place of the first ring that was turned.
pub(crate) fn orient(parts: &mut [Polygon<f64>]) -> Option<Coord<f64>> {
    let mut turned = None;
    for polygon in parts {
        if validity::signed_area(&polygon.exterior().0) < 0.0 {
            turned.get_or_insert(polygon.exterior().0[0]);
            polygon.exterior_mut(|ring| ring.0.reverse());
        }
        if polygon.interiors().iter().any(|r| validity::signed_area(&r.0) > 0.0) {
            polygon.interiors_mut(|holes| {
                for hole in holes.iter_mut().filter(|r| validity::signed_area(&r.0) > 0.0) {
                    turned.get_or_insert(hole.0[0]);
                    hole.0.reverse();
                }
            });
        }
    }
    turned
}
