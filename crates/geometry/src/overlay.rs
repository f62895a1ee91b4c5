//! Overlay in the plane: intersection, union, and ground less what covers it, with slivers set apart.
//!
//! Both sides must be in the same projected CRS (EPSG:4549 in this system), so that areas are m². Surfaces of different systems
//! are treated as having nothing in common, rather than as a panic: whoever mixes them sees nothing covered.
//! What the pieces mean, and how wide a sliver is, is not decided here.

use geo::{Coord, Intersects, MultiPolygon, Polygon, Rect};
use i_overlay::core::{fill_rule::FillRule, overlay_rule::OverlayRule};
use rayon::prelude::*;

use crate::{
    area::planar_area,
    crs::Crs,
    lattice::{self, Lattice, Lifted, Rings, Unsettled},
    repair,
    surface::{self, Surface},
    validity,
};

mod crossing;
mod trapezoid;

pub use trapezoid::Overlayer;

/// When a piece that is left over is only a sliver between two surveys of the same boundary.
///
/// The numbers are the rulebook's; the kernel has none of its own. With both at zero only artefacts of the arithmetic
/// (thinner than 10⁻⁸ of the extent) count as slivers.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct SliverTolerance {
    /// Pieces below this area are slivers, m².
    pub min_area_m2: f64,
    /// Pieces below this mean width (twice the area by the perimeter) are slivers, m.
    pub min_width_m: f64,
}

/// Ground less what covers it. `ground_area = covered_area + sliver_area + leftover_area` to the millimetre by a metre (the vertices that
/// the overlay makes are rounded to the micrometre).
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
///
/// Topology exact and nothing constructed when the boundaries are apart or only cross; the overlay of the two, within the box they
/// share, when they touch or run together. Some 0.2 µs for a building inside its plot.
pub fn intersection_area(a: &Surface, b: &Surface) -> f64 {
    let Some(shared) = shared_box(a, b) else { return 0.0 };
    match crossing::area(a, b, shared) {
        Some(area) => area,
        None => validity::area(&overlay_in_box(a, b, shared).polygons),
    }
}

/// What two surfaces have in common; `None` when that has no area.
pub fn intersection(a: &Surface, b: &Surface) -> Option<Surface> {
    let shared = shared_box(a, b)?;
    surface::valid(overlay_in_box(a, b, shared).polygons, a.crs())
}

/// The box in which both surfaces can be; `None` when there is none or the systems differ.
fn shared_box(a: &Surface, b: &Surface) -> Option<Rect<f64>> {
    shared((a.crs(), a.bounds()), (b.crs(), b.bounds()))
}

fn shared((of, p): (Crs, Rect<f64>), (other, q): (Crs, Rect<f64>)) -> Option<Rect<f64>> {
    if of != other || !p.intersects(&q) {
        return None;
    }
    let min = Coord { x: p.min().x.max(q.min().x), y: p.min().y.max(q.min().y) };
    let max = Coord { x: p.max().x.min(q.max().x), y: p.max().y.min(q.max().y) };
    Some(Rect::new(min, max))
}

/// A box grown by a tenth, so that what is cut off at its edge stays clear of what is inside.
fn grown(bounds: Rect<f64>) -> Rect<f64> {
    let by = (bounds.width().max(bounds.height()) * 0.1).max(f64::MIN_POSITIVE);
    let margin = Coord { x: by, y: by };
    Rect::new(bounds.min() - margin, bounds.max() + margin)
}

fn contains(outer: Rect<f64>, inner: Rect<f64>) -> bool {
    outer.min().x <= inner.min().x
        && outer.min().y <= inner.min().y
        && inner.max().x <= outer.max().x
        && inner.max().y <= outer.max().y
}

/// The rings of a surface as far as they matter within a box.
fn rings_within(surface: &Surface, area: Rect<f64>) -> Vec<Vec<Coord<f64>>> {
    let rings = surface.multi_polygon().iter().flat_map(validity::rings);
    let clip = |ring: &geo::LineString<f64>| {
        let bounds = validity::bounds(&ring.0)?;
        if contains(area, bounds) {
            return Some(ring.0.clone());
        }
        let clipped = if area.intersects(&bounds) { lattice::clip_ring(&ring.0, area) } else { Vec::new() };
        (!clipped.is_empty()).then_some(clipped)
    };
    rings.filter_map(clip).collect()
}

fn overlay_in_box(a: &Surface, b: &Surface, shared: Rect<f64>) -> Lifted {
    operate_in(grown(shared), &[a], &[b], OverlayRule::Intersect)
}

/// One operation between the unions of two sides, of which nothing outside `area` matters.
fn operate_in(area: Rect<f64>, subject: &[&Surface], clip: &[&Surface], op: OverlayRule) -> Lifted {
    let cut =
        |side: &[&Surface]| -> Vec<Vec<Coord<f64>>> { side.iter().flat_map(|surface| rings_within(surface, area)).collect() };
    let (subject, clip) = (cut(subject), cut(clip));
    let Some(bounds) = validity::bounds(subject.iter().chain(&clip).flatten()) else {
        return Lifted { polygons: Vec::new(), crumbs: 0.0 };
    };
    let mut lattice = Lattice::over(bounds);
    let subject = lattice.place(subject.iter().map(Vec::as_slice));
    let clip = lattice.place(clip.iter().map(Vec::as_slice));
    // Surfaces are oriented, so winding numbers add up: anything above zero is covered by at least one of them.
    let result = lattice::operate(&subject, &clip, op, FillRule::Positive);
    settle(lattice.lift(&result))
}

/// Mends a result that is not valid. Not known to be needed: tests stop here, a release goes on with what has the right area.
fn settle(lifted: Result<Lifted, Unsettled>) -> Lifted {
    lifted.unwrap_or_else(|left| {
        debug_assert!(false, "the overlay left {:?}", left.fault);
        let polygons = repair::mend(MultiPolygon(left.polygons.clone()), Crs::CGCS2000_GK_120E)
            .map_or(left.polygons, |mended| mended.surface.into_multi_polygon().0);
        Lifted { polygons, crumbs: left.crumbs }
    })
}

/// The union of surfaces of one CRS (those of another than the first are left out); `None` for no surfaces.
pub fn union_all(surfaces: &[Surface]) -> Option<Surface> {
    let crs = surfaces.first()?.crs();
    let polygons = unions(surfaces).into_iter().flatten().collect();
    surface::valid(polygons, crs)
}

/// Area of the union of surfaces of one CRS, each square metre once, m².
pub fn union_area(surfaces: &[Surface]) -> f64 {
    unions(surfaces).iter().map(|polygons| validity::area(polygons)).sum()
}

/// The unions of the groups of polygons that can touch each other at all. A lattice a group keeps each as fine as its own
/// extent allows, and what stands alone is not touched.
fn unions(surfaces: &[Surface]) -> Vec<Vec<Polygon<f64>>> {
    let Some(crs) = surfaces.first().map(Surface::crs) else {
        return Vec::new();
    };
    let own = surfaces.iter().filter(|s| s.crs() == crs);
    let polygons: Vec<&Polygon<f64>> = own.flat_map(|s| s.multi_polygon()).collect();
    let groups: Vec<Vec<usize>> = groups(&polygons);
    let unite_group = |group: &Vec<usize>| -> Vec<Polygon<f64>> {
        let members: Vec<Polygon<f64>> = group.iter().map(|&i| polygons[i].clone()).collect();
        if members.len() == 1 {
            return members;
        }
        settle(unite(&members)).polygons
    };
    if polygons.len() < 64 { groups.iter().map(unite_group).collect() } else { groups.par_iter().map(unite_group).collect() }
}

/// Polygons grouped by boxes that meet, directly or through others.
fn groups(polygons: &[&Polygon<f64>]) -> Vec<Vec<usize>> {
    let mut parent: Vec<usize> = (0..polygons.len()).collect();
    fn root(parent: &mut [usize], mut i: usize) -> usize {
        while parent[i] != i {
            parent[i] = parent[parent[i]];
            i = parent[i];
        }
        i
    }
    let nowhere = Rect::new(Coord::zero(), Coord::zero());
    let boxes = polygons.iter().map(|p| validity::bounds(&p.exterior().0).unwrap_or(nowhere));
    for (i, j) in validity::meeting_boxes(boxes) {
        let (a, b) = (root(&mut parent, i), root(&mut parent, j));
        parent[a.max(b)] = a.min(b);
    }
    let mut groups: Vec<Vec<usize>> = vec![Vec::new(); polygons.len()];
    for i in 0..polygons.len() {
        groups[root(&mut parent, i)].push(i);
    }
    groups.retain(|g| !g.is_empty());
    groups
}

/// The union of valid, oriented polygons, overlapping or not.
pub(crate) fn unite(polygons: &[Polygon<f64>]) -> Result<Lifted, Unsettled> {
    let rings = || polygons.iter().flat_map(validity::rings);
    let Some(bounds) = validity::bounds(rings().flat_map(|r| &r.0)) else {
        return Ok(Lifted { polygons: Vec::new(), crumbs: 0.0 });
    };
    let mut lattice = Lattice::over(bounds);
    let placed = lattice.place(rings().map(|r| r.0.as_slice()));
    let result = lattice::operate(&placed, &Rings::default(), OverlayRule::Union, FillRule::Positive);
    lattice.lift(&result)
}

/// The ground less `others`, which may overlap each other; slivers set apart.
///
/// A piece left over is a sliver when it is below *either* limit of the tolerance. Conservation is by construction: what is neither
/// sliver nor leftover is covered; that this equals the area of the intersection is a property test.
///
/// Others in another CRS than the ground cover nothing.
pub fn subtract(ground: &Surface, others: &[&Surface], tolerance: &SliverTolerance) -> Subtraction {
    let ground_area = planar_area(ground);
    let near = |o: &&&Surface| o.crs() == ground.crs() && o.bounds().intersects(&ground.bounds());
    let others: Vec<&Surface> = others.iter().filter(near).copied().collect();
    let lifted = if others.is_empty() {
        Lifted { polygons: ground.multi_polygon().0.clone(), crumbs: 0.0 }
    } else {
        operate_in(grown(ground.bounds()), &[ground], &others, OverlayRule::Difference)
    };
    let mut sliver_area = lifted.crumbs;
    let mut kept = Vec::new();
    for piece in lifted.polygons {
        let area = validity::area(std::slice::from_ref(&piece));
        if area < tolerance.min_area_m2 || lattice::mean_width(validity::rings(&piece)) < tolerance.min_width_m {
            sliver_area += area;
        } else {
            kept.push(piece);
        }
    }
    let leftover_area = validity::area(&kept);
    // Rounding of the last digit must not show as a negative area.
    let covered_area = (ground_area - sliver_area - leftover_area).max(0.0);
    Subtraction { ground_area, covered_area, sliver_area, leftover_area, leftover: surface::valid(kept, ground.crs()) }
}

#[cfg(test)]
mod tests;
