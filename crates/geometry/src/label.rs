//! Where to put the label of a surface.
//!
//! A point that is surely inside, not the most beautiful one: cartography is the map's business.

use geo::{InteriorPoint, Point};

use crate::{surface::Surface, validity};

/// A point inside the surface, in its largest part (the first of equals); the same every time for the same surface.
///
/// ```
/// use mujun_geometry::{Crs, geo, label::label_point, mend};
///
/// // A horseshoe: its centroid lies outside.
/// let horseshoe = geo::wkt!(MULTIPOLYGON(((0. 0., 9. 0., 9. 9., 8. 9., 8. 1., 1. 1., 1. 9., 0. 9., 0. 0.))));
/// let point = label_point(&mend(horseshoe, Crs::CGCS2000_GK_120E)?.surface);
/// assert!(point.x() < 1.0 || point.x() > 8.0 || point.y() < 1.0);
/// # Ok::<(), mujun_geometry::InvalidSurface>(())
/// ```
pub fn label_point(surface: &Surface) -> Point<f64> {
    let area = |p: &geo::Polygon<f64>| validity::area(std::slice::from_ref(p));
    let largest = surface.multi_polygon().iter().reduce(|a, b| if area(b) > area(a) { b } else { a });
    // A surface has a polygon and a valid polygon has an inside; the centre is for the type only.
    largest.and_then(InteriorPoint::interior_point).unwrap_or_else(|| surface.bounds().center().into())
}
