//! Overlay in the plane: intersection, union, and ground less what covers it, with slivers set apart.
//!
//! Both sides must be in the same projected CRS (EPSG:4549 in this system). Surfaces of different systems have nothing in common:
//! the functions treat them as disjoint rather than panic.

use geo::{Area, BooleanOps, MultiPolygon, unary_union};

use crate::{area::planar_area, surface::Surface};

/// When a piece that is left over is only a sliver between two surveys of the same boundary.
///
/// The numbers are the rulebook's; the kernel has none of its own.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct SliverTolerance {
    /// Pieces below this area are slivers, m².
    pub min_area_m2: f64,
    /// Pieces below this mean width (twice the area by the perimeter) are slivers, m.
    pub min_width_m: f64,
}

/// Ground less what covers it. `ground = covered + sliver + leftover` to 0.01 m².
#[derive(Clone, PartialEq, Debug)]
pub struct Subtraction {
    /// Area of the ground, m².
    pub ground_area: f64,
    /// Area of the ground that is covered, each square metre once, m².
    pub covered_area: f64,
    /// Area of the uncovered pieces that are slivers, m².
    pub sliver_area: f64,
    /// Area of the uncovered pieces that are not slivers, m².
    pub leftover_area: f64,
    /// The uncovered pieces that are not slivers.
    pub leftover: Option<Surface>,
}

/// Area that two surfaces have in common, m².
pub fn intersection_area(a: &Surface, b: &Surface) -> f64 {
    if a.crs() != b.crs() {
        return 0.0;
    }
    a.multi_polygon().intersection(b.multi_polygon()).unsigned_area()
}

/// What two surfaces have in common; `None` when that has no area.
pub fn intersection(a: &Surface, b: &Surface) -> Option<Surface> {
    if a.crs() != b.crs() {
        return None;
    }
    Surface::from_trusted(a.multi_polygon().intersection(b.multi_polygon()), a.crs()).ok()
}

/// The union of surfaces of one CRS; `None` for no surfaces.
pub fn union_all(surfaces: &[Surface]) -> Option<Surface> {
    let crs = surfaces.first()?.crs();
    Surface::from_trusted(unary_union(surfaces.iter().map(Surface::multi_polygon)), crs).ok()
}

/// Area of the union of surfaces of one CRS, each square metre once, m².
pub fn union_area(surfaces: &[Surface]) -> f64 {
    union_all(surfaces).as_ref().map_or(0.0, planar_area)
}

/// The ground less `others`, which may overlap each other; slivers set apart.
pub fn subtract(ground: &Surface, others: &[&Surface], tolerance: &SliverTolerance) -> Subtraction {
    use geo::{Euclidean, Length};
    let cover = unary_union(others.iter().filter(|o| o.crs() == ground.crs()).map(|o| o.multi_polygon()));
    let ground_area = planar_area(ground);
    let (mut sliver_area, mut leftover_area, mut kept) = (0.0, 0.0, Vec::new());
    for piece in ground.multi_polygon().difference(&cover) {
        let area = piece.unsigned_area();
        let perimeter: f64 = crate::validity::rings(&piece).map(|r| Euclidean.length(r)).sum();
        if area < tolerance.min_area_m2 || 2.0 * area / perimeter < tolerance.min_width_m {
            sliver_area += area;
        } else {
            leftover_area += area;
            kept.push(piece);
        }
    }
    let covered_area = ground.multi_polygon().intersection(&cover).unsigned_area();
    let leftover = Surface::from_trusted(MultiPolygon(kept), ground.crs()).ok();
    Subtraction { ground_area, covered_area, sliver_area, leftover_area, leftover }
}
