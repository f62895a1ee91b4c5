//! The area in common of two surfaces whose boundaries cross but do not touch, by walking along them.
//!
//! What is in common is bounded by the pieces of either boundary that lie inside the other surface. Which pieces those are is decided with
//! exact predicates: one vertex a ring is located, and every crossing changes sides. Only the places of crossings are rounded.
//! Boundaries that touch or run together are left to the overlay.

use geo::{
    Coord, Intersects, LineString, Rect,
    coordinate_position::{CoordPos, coord_pos_relative_to_ring},
};

use crate::{
    surface::Surface,
    validity::{self, Meeting, Segment},
};

/// Beyond this many pairs of edges the overlay, which sorts, is faster than comparing all.
const MOST_PAIRS: usize = 200_000;

/// Where an edge of one boundary, counted over all rings, is crossed: how far along, and at which point.
struct Crossing {
    edge: usize,
    along: f64,
    place: Coord<f64>,
}

/// The area in common; `None` when the boundaries touch somewhere, or are too long for comparing every pair of edges.
pub(super) fn area(a: &Surface, b: &Surface, shared: Rect<f64>) -> Option<f64> {
    let near = |(_, s): &(usize, Segment)| Rect::new(s.0, s.1).intersects(&shared);
    let (near_a, near_b) = (edges(a).filter(near).count(), edges(b).filter(near).count());
    if near_a.saturating_mul(near_b) > MOST_PAIRS {
        return None;
    }
    let (mut on_a, mut on_b) = (Vec::new(), Vec::new());
    for (i, p) in edges(a).filter(near) {
        for (j, q) in edges(b).filter(near) {
            match validity::meeting(p, q) {
                Meeting::Apart => {}
                Meeting::Cross(_) => {
                    let (along_p, along_q) = crossing(p, q)?;
                    let place = p.0 + (p.1 - p.0) * along_p;
                    on_a.push(Crossing { edge: i, along: along_p, place });
                    on_b.push(Crossing { edge: j, along: along_q, place });
                }
                Meeting::Touch(_) | Meeting::Overlap(_) => return None,
            }
        }
    }
    // Around a point nearby, so that far coordinates do not eat the digits.
    let origin = shared.center();
    Some((walk(a, b, on_a, origin) + walk(b, a, on_b, origin)).max(0.0) / 2.0)
}

/// All edges, numbered over all rings.
fn edges(surface: &Surface) -> impl Iterator<Item = (usize, Segment)> + '_ {
    rings(surface).flat_map(|r| r.0.windows(2).map(|w| (w[0], w[1]))).enumerate()
}

fn rings(surface: &Surface) -> impl Iterator<Item = &LineString<f64>> {
    surface.multi_polygon().iter().flat_map(validity::rings)
}

/// How far along each of two crossing edges the crossing is; `None` for edges so nearly parallel that it has no place.
fn crossing(p: Segment, q: Segment) -> Option<(f64, f64)> {
    let (u, v, w) = (p.1 - p.0, q.1 - q.0, q.0 - p.0);
    let cross = u.x * v.y - u.y * v.x;
    let along = ((w.x * v.y - w.y * v.x) / cross, (w.x * u.y - w.y * u.x) / cross);
    (along.0.is_finite() && along.1.is_finite()).then(|| (along.0.clamp(0.0, 1.0), along.1.clamp(0.0, 1.0)))
}

/// Twice the signed area that the pieces of `a`'s boundary inside `b` sweep around the origin.
fn walk(a: &Surface, b: &Surface, mut crossings: Vec<Crossing>, origin: Coord<f64>) -> f64 {
    crossings.sort_by(|c, d| c.edge.cmp(&d.edge).then(c.along.total_cmp(&d.along)));
    let mut ahead = crossings.iter().peekable();
    let (mut sum, mut edge) = (0.0, 0);
    for ring in rings(a) {
        let Some(&first) = ring.0.first() else { continue };
        let mut inside = covers(b, first);
        for w in ring.0.windows(2) {
            let mut from = w[0];
            while let Some(c) = ahead.next_if(|c| c.edge == edge) {
                if inside {
                    sum += sweep(from, c.place, origin);
                }
                inside = !inside;
                from = c.place;
            }
            if inside {
                sum += sweep(from, w[1], origin);
            }
            edge += 1;
        }
    }
    sum
}

fn sweep(from: Coord<f64>, to: Coord<f64>, origin: Coord<f64>) -> f64 {
    let (f, t) = (from - origin, to - origin);
    f.x * t.y - t.x * f.y
}

/// Whether a point that is not on the boundary is in the surface.
fn covers(surface: &Surface, c: Coord<f64>) -> bool {
    surface.bounds().intersects(&c)
        && rings(surface).filter(|r| coord_pos_relative_to_ring(c, r) == CoordPos::Inside).count() % 2 == 1
}
