//! Boolean operations on a lattice of whole numbers chosen by us.
//!
//! The overlay engine works on whole numbers of 32 bits. They are made here, on a lattice whose step is a power of two and whose
//! origin is a multiple of it, so that nothing is rounded on the way out, and every vertex that was there before gets its
//! exact coordinates back. Only truly new vertices are rounded: by 2⁻³⁰ of half the extent, a tenth of a micrometre on a plot.

use geo::{Coord, LineString, MultiPolygon, Polygon, Rect};
use i_overlay::{
    core::{
        fill_rule::FillRule,
        overlay::{IntOverlayOptions, Overlay, ShapeType},
        overlay_rule::OverlayRule,
    },
    i_float::int::point::IntPoint,
};

use crate::{
    surface,
    validity::{self, Fault},
};

mod rebuild;

/// Half the extent is at most 2³⁰ steps, which leaves the engine the bit that it wants for differences.
const BITS: i32 = 30;

/// A lattice over a box, and where the vertices on it really are.
pub(crate) struct Lattice {
    origin: Coord<f64>,
    step: f64,
    /// Lattice point → vertex as given; sorted, for lookup.
    vertices: Vec<((i32, i32), Coord<f64>)>,
}

/// Open rings on a lattice.
#[derive(Default)]
pub(crate) struct Rings(Vec<Vec<IntPoint>>);

/// The coarsest difference that coordinates of this size can still show.
fn ulp(magnitude: f64) -> f64 {
    magnitude.next_up() - magnitude
}

fn floor_log2(value: f64) -> i32 {
    value.log2().floor() as i32
}

impl Lattice {
    /// A lattice that covers a box of finite size.
    pub(crate) fn over(bounds: Rect<f64>) -> Lattice {
        let half = bounds.width().max(bounds.height()) / 2.0;
        let far = [bounds.min().x, bounds.min().y, bounds.max().x, bounds.max().y];
        let magnitude = far.into_iter().fold(f64::MIN_POSITIVE, |m, v| m.max(v.abs()));
        let finest = 2.0 * ulp(magnitude);
        let wanted = if half > 0.0 { 2f64.powi(floor_log2(half) + 1 - BITS) } else { finest };
        let step = wanted.max(finest);
        let centre = bounds.center();
        let origin = Coord { x: (centre.x / step).round() * step, y: (centre.y / step).round() * step };
        Lattice { origin, step, vertices: Vec::new() }
    }

    /// Puts closed rings on the lattice and remembers their vertices.
    pub(crate) fn place<'a>(&mut self, rings: impl IntoIterator<Item = &'a [Coord<f64>]>) -> Rings {
        let placed = rings.into_iter().map(|ring| {
            let open = ring.split_last().map_or(ring, |(_, open)| open);
            let on_lattice = open.iter().map(|&c| {
                let v = (c - self.origin) / self.step;
                // In range: the lattice was laid over these very vertices.
                let point = IntPoint { x: v.x.round() as i32, y: v.y.round() as i32 };
                self.vertices.push(((point.x, point.y), c));
                point
            });
            on_lattice.collect()
        });
        Rings(placed.collect())
    }

    fn real(&self, v: Coord<f64>) -> Coord<f64> {
        self.origin + v * self.step
    }

    fn restored(&self, v: Coord<f64>) -> Coord<f64> {
        let key = (v.x as i32, v.y as i32);
        let at = self.vertices.partition_point(|(k, _)| *k < key);
        match self.vertices.get(at) {
            Some((found, c)) if *found == key => *c,
            _ => self.real(v),
        }
    }

    /// Takes a result off the lattice: valid polygons, original vertices exact wherever validity allows.
    ///
    /// # Errors
    /// [`Unsettled`] with the fault that remains.
    pub(crate) fn lift(&mut self, result: &MultiPolygon<f64>) -> Result<Lifted, Unsettled> {
        self.lift_once(result).or_else(|_| self.lift_once(&rebuild::rebuild(result)))
    }

    fn lift_once(&mut self, result: &MultiPolygon<f64>) -> Result<Lifted, Unsettled> {
        self.vertices.sort_by(|(k, c), (l, d)| k.cmp(l).then(c.x.total_cmp(&d.x)).then(c.y.total_cmp(&d.y)));
        let mut lifted = Lifted { polygons: Vec::with_capacity(result.0.len()), crumbs: 0.0 };
        let mut plain = Vec::with_capacity(result.0.len());
        for polygon in &result.0 {
            let exterior = self.crumb(polygon.exterior());
            if let Some(area) = exterior {
                lifted.crumbs += area;
                continue;
            }
            let holes = polygon.interiors().iter().filter(|hole| self.crumb(hole).is_none());
            let polygon = Polygon::new(polygon.exterior().clone(), holes.cloned().collect());
            let exact = map(&polygon, |c| self.real(c));
            let restored = map(&polygon, |c| self.restored(c));
            let good = validity::inspect_polygon(&restored).is_ok();
            lifted.polygons.push(if good { restored } else { exact.clone() });
            plain.push(exact);
        }
        if validity::inspect(&lifted.polygons).is_err() {
            if let Err(fault) = validity::inspect(&plain) {
                return Err(Unsettled { fault, polygons: plain, crumbs: lifted.crumbs });
            }
            lifted.polygons = plain;
        }
        Ok(lifted)
    }

    /// The area of a ring on the lattice that is an artefact of it: thinner than a few steps.
    fn crumb(&self, ring: &LineString<f64>) -> Option<f64> {
        let width = mean_width([ring]);
        (width < 4.0).then(|| validity::signed_area(&ring.0).abs() * self.step * self.step)
    }
}

/// What came off the lattice.
pub(crate) struct Lifted {
    /// Valid polygons, exteriors anticlockwise.
    pub polygons: Vec<Polygon<f64>>,
    /// Area of the pieces thinner than the lattice can tell, which were dropped.
    pub crumbs: f64,
}

/// A result that is not valid although the engine promises so. Its area is right all the same.
#[derive(Debug)]
pub(crate) struct Unsettled {
    /// What is wrong.
    pub fault: Fault,
    /// The polygons as they are.
    pub polygons: Vec<Polygon<f64>>,
    /// As in [`Lifted`].
    pub crumbs: f64,
}

/// A boolean operation on rings of one lattice, still on the lattice, in whole numbers; exteriors anticlockwise, holes clockwise.
///
/// Its rings do not cross; but they may touch themselves, and a hole may be with the wrong polygon: [`Lattice::lift`] sees to that.
/// (The engine's own mode for valid output does so less reliably.)
pub(crate) fn operate(subject: &Rings, clip: &Rings, operation: OverlayRule, fill: FillRule) -> MultiPolygon<f64> {
    let vertices = subject.0.iter().chain(&clip.0).map(Vec::len).sum();
    let mut overlay = Overlay::new_custom(vertices, IntOverlayOptions::default(), Default::default());
    overlay.add_contours(&subject.0, ShapeType::Subject);
    overlay.add_contours(&clip.0, ShapeType::Clip);
    let ring = |points: Vec<IntPoint>| {
        let mut ring = LineString(points.iter().map(|p| Coord { x: f64::from(p.x), y: f64::from(p.y) }).collect());
        ring.close();
        ring
    };
    let shapes = overlay.overlay(operation, fill).into_iter().filter_map(|shape| {
        let mut rings = shape.into_iter().map(ring);
        Some(Polygon::new(rings.next()?, rings.collect()))
    });
    let mut result: Vec<Polygon<f64>> = shapes.collect();
    surface::orient(&mut result);
    MultiPolygon(result)
}

impl From<MultiPolygon<f64>> for Rings {
    fn from(polygons: MultiPolygon<f64>) -> Rings {
        let ring = |r: &LineString<f64>| r.0.iter().skip(1).map(|c| IntPoint { x: c.x as i32, y: c.y as i32 }).collect();
        Rings(polygons.iter().flat_map(validity::rings).map(ring).collect())
    }
}

impl Extend<Rings> for Rings {
    fn extend<T: IntoIterator<Item = Rings>>(&mut self, more: T) {
        more.into_iter().for_each(|rings| self.0.extend(rings.0));
    }
}

/// Twice the area by the perimeter of a polygon given by its rings, the exterior first: the width of a long strip, half the side
/// of a square.
pub(crate) fn mean_width<'a>(rings: impl IntoIterator<Item = &'a LineString<f64>>) -> f64 {
    let (mut area, mut perimeter) = (0.0, 0.0);
    for (i, ring) in rings.into_iter().enumerate() {
        let own = validity::signed_area(&ring.0).abs();
        area += if i == 0 { own } else { -own };
        perimeter += ring.0.windows(2).map(|w| length(w[0], w[1])).sum::<f64>();
    }
    if perimeter > 0.0 { 2.0 * area / perimeter } else { 0.0 }
}

pub(crate) fn length(a: Coord<f64>, b: Coord<f64>) -> f64 {
    (b.x - a.x).hypot(b.y - a.y)
}

fn map(polygon: &Polygon<f64>, f: impl Fn(Coord<f64>) -> Coord<f64>) -> Polygon<f64> {
    let ring = |r: &LineString<f64>| {
        let mut coords: Vec<Coord<f64>> = r.0.iter().map(|&c| f(c)).collect();
        coords.dedup();
        LineString(coords)
    };
    Polygon::new(ring(polygon.exterior()), polygon.interiors().iter().map(ring).collect())
}

/// The part of a closed ring inside a box, as a ring that winds around every point of the box as often as the original did
/// (Sutherland and Hodgman); the parts outside are laid along the box's edge. Empty when nothing is left.
pub(crate) fn clip_ring(ring: &[Coord<f64>], area: Rect<f64>) -> Vec<Coord<f64>> {
    let open = ring.split_last().map_or(ring, |(_, open)| open);
    let (min, max) = (area.min(), area.max());
    let at_x = |x: f64| move |a: Coord<f64>, b: Coord<f64>| Coord { x, y: a.y + (b.y - a.y) * ((x - a.x) / (b.x - a.x)) };
    let at_y = |y: f64| move |a: Coord<f64>, b: Coord<f64>| Coord { x: a.x + (b.x - a.x) * ((y - a.y) / (b.y - a.y)), y };
    let left = clip_half(open, |c| c.x >= min.x, at_x(min.x));
    let right = clip_half(&left, |c| c.x <= max.x, at_x(max.x));
    let lower = clip_half(&right, |c| c.y >= min.y, at_y(min.y));
    let mut clipped = clip_half(&lower, |c| c.y <= max.y, at_y(max.y));
    if clipped.len() < 3 {
        return Vec::new();
    }
    clipped.push(clipped[0]);
    clipped
}

fn clip_half(
    open: &[Coord<f64>],
    keep: impl Fn(Coord<f64>) -> bool,
    cut: impl Fn(Coord<f64>, Coord<f64>) -> Coord<f64>,
) -> Vec<Coord<f64>> {
    let mut out = Vec::with_capacity(open.len() + 4);
    for (i, &b) in open.iter().enumerate() {
        let a = open[(i + open.len() - 1) % open.len()];
        if keep(a) != keep(b) {
            out.push(cut(a, b));
        }
        if keep(b) {
            out.push(b);
        }
    }
    out
}
