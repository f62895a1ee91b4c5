//! A surface: polygons that are known to be valid, oriented, closed, finite and non-empty, with their CRS.
//!
//! Nothing here repairs anything: raw polygons become surfaces through [`crate::repair::mend`].

use geo::{Area, BoundingRect, MultiPolygon, Rect};

use crate::{crs::Crs, repair::InvalidSurface, validity};

/// A valid surface.
///
/// Holds for every value: at least one polygon; every ring closed, finite and simple; exterior rings
/// anticlockwise, holes clockwise; holes inside their exterior; parts that share at most points (OGC 06-103r4 §6.1.11
/// and §6.1.14). Coordinates are in [`Surface::crs`], `x` = easting/longitude, `y` = northing/latitude.
#[derive(Clone, Debug, PartialEq)]
pub struct Surface {
    polygons: MultiPolygon<f64>,
    bounds: Rect<f64>,
    crs: Crs,
}

impl Surface {
    /// A surface from polygons that are already known to be good, such as rows of our own database.
    ///
    /// Checks what is cheap (non-empty, finite, closed, orientation) and puts the orientation right; does not look
    /// for self-intersection. Polygons from anywhere else go through [`crate::repair::mend`].
    ///
    /// # Errors
    /// [`InvalidSurface`] when the polygons are empty, not finite, too large or without area.
    pub fn from_trusted(polygons: MultiPolygon<f64>, crs: Crs) -> Result<Surface, InvalidSurface> {
        let mut polygons = polygons;
        validity::check_numbers(&polygons)?;
        polygons.0.retain(|p| !p.exterior().0.is_empty());
        validity::orient(&mut polygons);
        let area = polygons.unsigned_area();
        let bounds = polygons.bounding_rect().ok_or(InvalidSurface::Empty)?;
        if area <= 0.0 {
            return Err(InvalidSurface::ZeroArea { place: bounds.min().x_y() });
        }
        Ok(Surface { polygons, bounds, crs })
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
