//! Mending: raw polygons in, a valid surface and a note for every change out.
//!
//! Works in the CRS of the input, degrees or metres, so every tolerance is relative to the size of the input and the fineness
//! of its numbers. It never moves a surface, never simplifies one, and never guesses a reference system.

use geo::{Coord, LineString, MultiPolygon, Polygon};
use i_overlay::core::{fill_rule::FillRule, overlay_rule::OverlayRule};
use serde::{Deserialize, Serialize};

use crate::{
    crs::Crs,
    lattice::{self, Lattice, Rings, Unsettled},
    surface::{self, Surface},
    validity::{self, Fault, FaultKind},
};

mod message;

/// What was changed by [`mend`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RepairKind {
    /// A vertex given twice in a row was dropped.
    RepeatedPoint,
    /// A spike (out and back along the same line) was cut off.
    Spike,
    /// A ring that crossed, touched or retraced itself was resolved into simple rings.
    SelfIntersection,
    /// A hole that left its exterior, overlapped another hole or cut the interior in two was resolved.
    MisplacedHole,
    /// Parts of one surface that overlapped or shared an edge were merged.
    OverlappingParts,
    /// A ring or part without area was dropped.
    ZeroAreaPart,
    /// Rings ran the wrong way round and were turned: exteriors anticlockwise, holes clockwise.
    Orientation,
}

impl RepairKind {
    /// Whether the ground covered stayed exactly what it was: only the way it is written down was changed.
    ///
    /// Shapefiles, whose exteriors run clockwise by definition, give an [`RepairKind::Orientation`] note on every row.
    pub const fn is_cosmetic(self) -> bool {
        matches!(self, RepairKind::RepeatedPoint | RepairKind::Orientation)
    }
}

/// One change made by [`mend`]: what, where, and the area before and after.
///
/// There is one note a ring for repeated points and for spikes, one a polygon for what had to be resolved, and one a surface for
/// merging and orientation; the place is that of the first.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct RepairNote {
    /// What was changed.
    pub kind: RepairKind,
    /// Where: `x` = easting/longitude, `y` = northing/latitude, in the CRS of the surface.
    pub place: (f64, f64),
    /// Area before, square units of the CRS (square degrees in a geographic one, good for comparing only), exteriors less holes
    /// as they were drawn: of the ring for points, spikes and what was dropped, of the polygon where one was resolved, else of the whole.
    pub area_before: f64,
    /// Area after, of the same thing in the same units.
    pub area_after: f64,
}

/// A mended surface and what had to be changed; no notes means the input was valid as it came.
#[derive(Clone, PartialEq, Debug)]
pub struct Mended {
    /// The valid surface.
    pub surface: Surface,
    /// The changes, in the order in which they were made.
    pub notes: Vec<RepairNote>,
}

/// Why polygons can be no surface.
#[derive(Clone, PartialEq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidSurface {
    /// No polygon, or polygons without any vertex.
    #[error("empty geometry")]
    Empty,
    /// A coordinate is infinite or not a number.
    #[error("vertex {vertex} is not finite")]
    NotFinite {
        /// Which vertex, counted from 1 over all rings.
        vertex: usize,
        /// A finite vertex of the same ring, where there is one.
        near: Option<(f64, f64)>,
    },
    /// A coordinate is larger than any reference system has, usually two numbers run together.
    #[error("vertex at {place:?} is out of range")]
    OutOfRange {
        /// The vertex.
        place: (f64, f64),
    },
    /// More vertices than the kernel takes.
    #[error("more than {limit} vertices")]
    TooManyVertices {
        /// How many there are.
        count: usize,
        /// The limit.
        limit: usize,
    },
    /// Nothing with an area is left.
    #[error("no area at {place:?}")]
    ZeroArea {
        /// A vertex of the input.
        place: (f64, f64),
    },
    /// Could not be made valid. Not known to happen; said rather than hidden if it does.
    #[error("cannot be made valid at {place:?}")]
    Unrepairable {
        /// Where the fault that remains is.
        place: (f64, f64),
    },
}

/// Makes raw polygons a valid [`Surface`], with a note for every change.
///
/// In this order: empty polygons go; a polygon that is not valid loses the vertices repeated in a row and the spikes, and if that is not
/// enough it is resolved; parts and holes without area go; parts that overlap or share an edge are merged; rings are turned the right way. Rings are closed already
/// because `geo::Polygon` closes what it is given; who must know about an open ring looks before building one.
///
/// **How a crossing is resolved.** Each ring by itself covers the points that it winds around an odd number of times (even-odd):
/// a bow-tie keeps both wings, and a hole drawn into the outline by a cut stays a hole whichever way round it was drawn; the price
/// is that a small loop inside an outline becomes a hole, which the note's areas show. Then the holes are taken out of the exterior
/// (a hole outside it takes nothing), then the parts are united (an inner part in an outer one is covered ground, not a hole).
///
/// A polygon that is valid is not touched, and costs a few passes over its vertices and, up to 48 of them, one comparison a pair of edges. Nothing is shared
/// between calls, so rows can be mended in parallel.
///
/// ```
/// use mujun_geometry::{Crs, geo, mend, RepairKind};
///
/// let bow_tie = geo::wkt!(MULTIPOLYGON(((0. 0., 2. 2., 2. 0., 0. 2., 0. 0.))));
/// let mended = mend(bow_tie, Crs::CGCS2000_GK_120E)?;
/// assert_eq!(mended.surface.multi_polygon().0.len(), 2);
/// assert_eq!(mended.notes[0].kind, RepairKind::SelfIntersection);
/// assert_eq!(mended.notes[0].place, (1.0, 1.0));
/// # Ok::<(), mujun_geometry::InvalidSurface>(())
/// ```
///
/// # Errors
/// [`InvalidSurface`] when there is nothing to mend: empty, not finite, out of range, too many vertices, no area.
pub fn mend(raw: MultiPolygon<f64>, crs: Crs) -> Result<Mended, InvalidSurface> {
    surface::check_numbers(&raw)?;
    let mut parts = raw.0;
    parts.retain(|p| !p.exterior().0.is_empty());
    let first = parts.first().map(|p| p.exterior().0[0]).ok_or(InvalidSurface::Empty)?;
    let nothing_left = InvalidSurface::ZeroArea { place: first.x_y() };

    let tolerance = tolerance(&parts);
    let mut notes = Vec::new();
    make_each_valid(&mut parts, tolerance, &mut notes)?;
    drop_thin(&mut parts, tolerance, &mut notes);
    merge(&mut parts, &mut notes)?;
    if parts.is_empty() {
        return Err(nothing_left);
    }
    if let Some(place) = surface::orient(&mut parts) {
        let area = validity::area(&parts);
        notes.push(note(RepairKind::Orientation, place, area, area));
    }
    let surface = surface::valid(parts, crs).ok_or(nothing_left)?;
    Ok(Mended { surface, notes })
}

fn note(kind: RepairKind, place: Coord<f64>, area_before: f64, area_after: f64) -> RepairNote {
    RepairNote { kind, place: place.x_y(), area_before, area_after }
}

/// The distance below which two things are one: 10⁻¹⁰ of the extent (10 nm on 100 m), and no less than the numbers can tell.
fn tolerance(parts: &[Polygon<f64>]) -> f64 {
    let Some(bounds) = validity::bounds(parts.iter().flat_map(|p| &p.exterior().0)) else {
        return 0.0;
    };
    let (min, max) = (bounds.min(), bounds.max());
    let magnitude = min.x.abs().max(max.x.abs()).max(min.y.abs()).max(max.y.abs());
    let extent = bounds.width().max(bounds.height());
    (extent * 1e-10).max(4.0 * (magnitude.next_up() - magnitude))
}

/// Makes every polygon valid by itself; one that is valid already is not looked at twice.
fn make_each_valid(parts: &mut Vec<Polygon<f64>>, tolerance: f64, notes: &mut Vec<RepairNote>) -> Result<(), InvalidSurface> {
    if parts.iter().all(|p| validity::inspect_polygon(p).is_ok()) {
        return Ok(());
    }
    for polygon in std::mem::take(parts) {
        if validity::inspect_polygon(&polygon).is_ok() {
            parts.push(polygon);
            continue;
        }
        let Some(polygon) = clean(polygon, tolerance, notes) else { continue };
        match validity::inspect_polygon(&polygon) {
            Ok(()) => parts.push(polygon),
            Err(fault) => parts.extend(resolve(&polygon, fault, notes)?),
        }
    }
    Ok(())
}

/// Repeated points and spikes out of every ring; rings that vanish by it out of the polygon.
fn clean(polygon: Polygon<f64>, tolerance: f64, notes: &mut Vec<RepairNote>) -> Option<Polygon<f64>> {
    let (exterior, holes) = polygon.into_inner();
    let exterior = clean_ring(exterior, tolerance, notes)?;
    let holes = holes.into_iter().filter_map(|hole| clean_ring(hole, tolerance, notes)).collect();
    Some(Polygon::new(exterior, holes))
}

fn needs_cleaning(closed: &[Coord<f64>], tolerance: f64) -> bool {
    let n = closed.len();
    n < 4
        || closed.windows(2).any(|w| w[0] == w[1])
        || closed.windows(3).any(|w| is_spike(w[0], w[1], w[2], tolerance))
        || is_spike(closed[n - 2], closed[0], closed[1], tolerance)
}

/// Whether the way from `a` over `b` to `c` goes out and back along one line.
fn is_spike(a: Coord<f64>, b: Coord<f64>, c: Coord<f64>, tolerance: f64) -> bool {
    let (u, v) = (a - b, c - b);
    if u.x * v.x + u.y * v.y <= 0.0 {
        return false;
    }
    let cross = u.x * v.y - u.y * v.x;
    let longer = (u.x * u.x + u.y * u.y).max(v.x * v.x + v.y * v.y);
    cross * cross <= tolerance * tolerance * longer
}

fn clean_ring(ring: LineString<f64>, tolerance: f64, notes: &mut Vec<RepairNote>) -> Option<LineString<f64>> {
    let place = *ring.0.first()?;
    if !needs_cleaning(&ring.0, tolerance) {
        return Some(ring);
    }
    let area_before = validity::signed_area(&ring.0).abs();
    let (mut repeated, mut spike) = (None, None);
    let mut open: Vec<Coord<f64>> = Vec::with_capacity(ring.0.len());
    for &c in &ring.0[..ring.0.len() - 1] {
        push_clean(&mut open, c, tolerance, &mut repeated, &mut spike);
    }
    // The seam: the same two faults across the end of the list.
    while open.len() > 1 {
        let n = open.len();
        if open[n - 1] == open[0] {
            if spike.is_none() {
                repeated.get_or_insert(open[0]);
            }
            open.pop();
        } else if n > 2 && is_spike(open[n - 2], open[n - 1], open[0], tolerance) {
            spike.get_or_insert(open[n - 1]);
            open.pop();
        } else if n > 2 && is_spike(open[n - 1], open[0], open[1], tolerance) {
            spike.get_or_insert(open[0]);
            open.remove(0);
        } else {
            break;
        }
    }
    let kept = (open.len() >= 3).then(|| {
        open.push(open[0]);
        LineString(open)
    });
    let area_after = kept.as_ref().map_or(0.0, |r| validity::signed_area(&r.0).abs());
    if kept.is_none() {
        notes.push(note(RepairKind::ZeroAreaPart, place, area_before, 0.0));
        return None;
    }
    notes.extend(repeated.map(|c| note(RepairKind::RepeatedPoint, c, area_before, area_before)));
    notes.extend(spike.map(|c| note(RepairKind::Spike, c, area_before, area_after)));
    kept
}

fn push_clean(
    open: &mut Vec<Coord<f64>>,
    c: Coord<f64>,
    tolerance: f64,
    repeated: &mut Option<Coord<f64>>,
    spike: &mut Option<Coord<f64>>,
) {
    while let [.., a, b] = open[..] {
        if b == c || !is_spike(a, b, c, tolerance) {
            break;
        }
        spike.get_or_insert(b);
        open.pop();
    }
    // After a spike that came back to where it started, this is no repeated point of the input.
    if open.last() != Some(&c) {
        open.push(c);
    } else if spike.is_none() {
        repeated.get_or_insert(c);
    }
}

/// Resolves a polygon that is still not valid.
fn resolve(polygon: &Polygon<f64>, fault: Fault, notes: &mut Vec<RepairNote>) -> Result<Vec<Polygon<f64>>, InvalidSurface> {
    let kind = match fault.kind {
        FaultKind::MisplacedHole => RepairKind::MisplacedHole,
        FaultKind::Degenerate | FaultKind::SelfIntersection | FaultKind::OverlappingParts => RepairKind::SelfIntersection,
    };
    let resolved = resolve_polygon(polygon)?;
    let area_before = validity::area(std::slice::from_ref(polygon));
    notes.push(note(kind, fault.place, area_before, validity::area(&resolved)));
    Ok(resolved)
}

fn unrepairable(left: Unsettled) -> InvalidSurface {
    InvalidSurface::Unrepairable { place: left.fault.place.x_y() }
}

fn resolve_polygon(polygon: &Polygon<f64>) -> Result<Vec<Polygon<f64>>, InvalidSurface> {
    let Some(bounds) = validity::bounds(validity::rings(polygon).flat_map(|r| &r.0)) else {
        return Ok(Vec::new());
    };
    let mut lattice = Lattice::over(bounds);
    let shell = lattice.place([&polygon.exterior().0[..]]);
    let mut holes = Rings::default();
    for hole in polygon.interiors() {
        let hole = lattice.place([&hole.0[..]]);
        holes.extend([lattice::operate(&hole, &Rings::default(), OverlayRule::Union, FillRule::EvenOdd).into()]);
    }
    // Resolved holes all run the same way, so that overlapping ones add up instead of cancelling.
    let holes = lattice::operate(&holes, &Rings::default(), OverlayRule::Union, FillRule::NonZero);
    let result = lattice::operate(&shell, &holes.into(), OverlayRule::Difference, FillRule::EvenOdd);
    let lifted = lattice.lift(&result).map_err(unrepairable)?;
    Ok(lifted.polygons)
}

/// Drops parts and holes thinner than the tolerance.
fn drop_thin(parts: &mut Vec<Polygon<f64>>, tolerance: f64, notes: &mut Vec<RepairNote>) {
    let thin = |ring: &LineString<f64>| {
        // Compact rings, nearly all, are told by their area and box alone.
        let area = validity::signed_area(&ring.0).abs();
        let size = validity::bounds(&ring.0).map_or(0.0, |b| b.width() + b.height());
        area < tolerance * size * 4.0 && lattice::mean_width([ring]) < tolerance
    };
    let mut drop = |ring: &LineString<f64>| {
        let is_thin = thin(ring);
        if is_thin && let Some(&place) = ring.0.first() {
            notes.push(note(RepairKind::ZeroAreaPart, place, validity::signed_area(&ring.0).abs(), 0.0));
        }
        is_thin
    };
    parts.retain(|polygon| !drop(polygon.exterior()));
    for polygon in parts {
        if !polygon.interiors().is_empty() {
            let (exterior, mut holes) = std::mem::replace(polygon, Polygon::empty()).into_inner();
            holes.retain(|hole| !drop(hole));
            *polygon = Polygon::new(exterior, holes);
        }
    }
}

/// Unites parts that share more than points.
fn merge(parts: &mut Vec<Polygon<f64>>, notes: &mut Vec<RepairNote>) -> Result<(), InvalidSurface> {
    let Err(fault) = validity::inspect_parts(parts) else {
        return Ok(());
    };
    let area_before = validity::area(parts);
    surface::orient(parts);
    *parts = crate::overlay::unite(parts).map_err(unrepairable)?.polygons;
    notes.push(note(RepairKind::OverlappingParts, fault.place, area_before, validity::area(parts)));
    Ok(())
}

#[cfg(test)]
mod tests;
