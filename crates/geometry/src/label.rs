//! Where to put the label of a surface.

use geo::{Area, InteriorPoint, Point};

use crate::surface::Surface;

/// A point inside the surface, the same every time: in its largest part.
pub fn label_point(surface: &Surface) -> Point<f64> {
    let largest = surface.multi_polygon().iter().max_by(|a, b| a.unsigned_area().total_cmp(&b.unsigned_area()));
    largest.and_then(InteriorPoint::interior_point).unwrap_or_else(|| surface.bounds().center().into())
}
