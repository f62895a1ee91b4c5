//! How coarsely an outline may be snapped and surely stays valid.
//!
//! Snapping moves every place by at most 0.71 of the lattice's width. As long as no vertex is nearer than twice that to an edge that
//! does not begin or end in it, no vertex can pass through an edge, and what was simple stays simple. Measured once when a feature
//! comes in, this spares the tile writer a test of validity for nearly every feature of nearly every tile.

use crate::world::Place;

/// Never surely valid: to be tested in each tile.
pub(crate) const NEVER: i8 = -1;
/// No coarser lattice is ever used: a step of 2²⁴ is sixteen tiles of zoom 12.
const MOST: i8 = 24;
/// Places beyond which the test of all pairs would be dear; such features are few and are tested in each tile.
const LIMIT: usize = 128;

/// The greatest `s` such that snapping to a lattice 2^`s` wide surely keeps the outline valid, or [`NEVER`].
pub(crate) fn steps<'a>(rings: impl Iterator<Item = (bool, &'a [Place])> + Clone, places: usize) -> i8 {
    if !(3..=LIMIT).contains(&places) || rings.clone().any(|(_, ring)| ring.len() < 3) {
        return NEVER;
    }
    let Some((_, first)) = rings.clone().next() else { return NEVER };
    let origin = first[0];
    let from = |place: Place| (f64::from(place.x) - f64::from(origin.x), f64::from(place.y) - f64::from(origin.y));
    let mut nearest = f64::INFINITY;
    for (edge_ring, (_, ring)) in rings.clone().enumerate() {
        for (number, start) in ring.iter().enumerate() {
            let next = if number + 1 == ring.len() { 0 } else { number + 1 };
            let (a, b) = (from(*start), from(ring[next]));
            let (along_x, along_y) = (b.0 - a.0, b.1 - a.1);
            let length = along_x * along_x + along_y * along_y;
            for (vertex_ring, (_, vertices)) in rings.clone().enumerate() {
                for (vertex, place) in vertices.iter().enumerate() {
                    if vertex_ring == edge_ring && (vertex == number || vertex == next) {
                        continue;
                    }
                    let p = from(*place);
                    let (x, y) = (p.0 - a.0, p.1 - a.1);
                    let share = ((x * along_x + y * along_y) / length).clamp(0.0, 1.0);
                    let (off_x, off_y) = (x - share * along_x, y - share * along_y);
                    nearest = nearest.min(off_x * off_x + off_y * off_y);
                }
            }
        }
    }
    // NaN (an edge without length) compares as not enough.
    let enough = |step: i8| nearest > 2.25 * f64::from(step).exp2().powi(2);
    (0..=MOST).take_while(|step| enough(*step)).last().unwrap_or(NEVER)
}
