//! Polygons anew from rings that are right as a boundary but put together wrongly.
//!
//! Where rings touch, the overlay engine may leave a ring that touches itself, or give a hole to the wrong polygon. The boundary, with the
//! inside on its left, is right all the same. It is walked again, keeping to one wedge of the inside at every vertex, so that
//! each walk bounds one connected face. Exact on the lattice; rarely needed, so not tuned.

use std::collections::{BTreeMap, BTreeSet};

use geo::{
    Coord, LineString, MultiPolygon, Polygon, Rect,
    kernels::{Kernel, Orientation, RobustKernel},
};

use crate::{index::PackedIndex, validity};

/// A vertex as bits, so that it can be sorted and looked up; `-0.0` is made `0.0` first.
type Key = (u64, u64);

fn key(c: Coord<f64>) -> Key {
    ((c.x + 0.0).to_bits(), (c.y + 0.0).to_bits())
}

/// Rebuilds oriented polygons whose rings meet at most in points.
pub(super) fn rebuild(result: &MultiPolygon<f64>) -> MultiPolygon<f64> {
    let mut shells: Vec<(LineString<f64>, Vec<LineString<f64>>)> = Vec::new();
    let mut holes = Vec::new();
    for cycle in walks(&edges(result)).into_iter().flat_map(simple_cycles) {
        if validity::signed_area(&cycle.0) > 0.0 {
            shells.push((cycle, Vec::new()));
        } else {
            holes.push(cycle);
        }
    }
    // The smallest shell that a hole lies in is its own.
    shells.sort_by(|(a, _), (b, _)| validity::signed_area(&a.0).total_cmp(&validity::signed_area(&b.0)));
    for hole in holes {
        if let Some((_, own)) = shells.iter_mut().find(|(shell, _)| validity::lies_in(&hole, shell)) {
            own.push(hole);
        }
    }
    shells.into_iter().map(|(shell, holes)| Polygon::new(shell, holes)).collect()
}

/// The directed edges, cut wherever a vertex lies on them; an edge there and back bounds nothing and is left out.
fn edges(result: &MultiPolygon<f64>) -> Vec<(Coord<f64>, Coord<f64>)> {
    let rings = || result.iter().flat_map(validity::rings);
    let vertices: Vec<Coord<f64>> = rings().flat_map(|r| r.0.iter().skip(1).copied()).collect();
    let index = PackedIndex::build(vertices.iter().map(|&c| Rect::new(c, c)));
    let mut cut = BTreeMap::new();
    for w in rings().flat_map(|r| r.0.windows(2)) {
        let (a, b) = (w[0], w[1]);
        let along = |c: Coord<f64>| (c.x - a.x) * (b.x - a.x) + (c.y - a.y) * (b.y - a.y);
        let mut stops = vec![a, b];
        index.for_each(Rect::new(a, b), |i| {
            if RobustKernel::orient2d(a, b, vertices[i]) == Orientation::Collinear {
                stops.push(vertices[i]);
            }
        });
        stops.sort_by(|&c, &d| along(c).total_cmp(&along(d)));
        stops.dedup();
        for s in stops.windows(2) {
            if cut.remove(&(key(s[1]), key(s[0]))).is_none() {
                cut.insert((key(s[0]), key(s[1])), (s[0], s[1]));
            }
        }
    }
    cut.into_values().collect()
}

/// Closed walks (first vertex not repeated) along all edges, each around one wedge of the inside after the other.
fn walks(edges: &[(Coord<f64>, Coord<f64>)]) -> Vec<Vec<Coord<f64>>> {
    let mut outgoing: BTreeMap<Key, Vec<usize>> = BTreeMap::new();
    for (i, (from, _)) in edges.iter().enumerate() {
        outgoing.entry(key(*from)).or_default().push(i);
    }
    let mut left: BTreeSet<usize> = (0..edges.len()).collect();
    let mut walks = Vec::new();
    while let Some(start) = left.pop_first() {
        let mut walk = vec![edges[start].0];
        let mut at = start;
        loop {
            let (from, to) = edges[at];
            let next = outgoing.get(&key(to)).into_iter().flatten().copied();
            let Some(next) = next.min_by(|&i, &j| clockwise(to, from, edges[i].1, edges[j].1)) else { break };
            if next == start || !left.remove(&next) {
                break;
            }
            walk.push(to);
            at = next;
        }
        walks.push(walk);
    }
    walks
}

/// Which of two directions from `at` comes first turning clockwise from the direction of `from`.
fn clockwise(at: Coord<f64>, from: Coord<f64>, a: Coord<f64>, b: Coord<f64>) -> std::cmp::Ordering {
    let turn = |c: Coord<f64>| match RobustKernel::orient2d(at, from, c) {
        Orientation::Clockwise => 0,
        Orientation::Collinear if (c.x - at.x) * (from.x - at.x) + (c.y - at.y) * (from.y - at.y) < 0.0 => 1,
        Orientation::CounterClockwise => 2,
        Orientation::Collinear => 3,
    };
    turn(a).cmp(&turn(b)).then_with(|| match RobustKernel::orient2d(at, a, b) {
        Orientation::Clockwise => std::cmp::Ordering::Less,
        Orientation::CounterClockwise => std::cmp::Ordering::Greater,
        Orientation::Collinear => std::cmp::Ordering::Equal,
    })
}

/// A walk taken apart wherever it comes back to a vertex, into closed rings with an area.
fn simple_cycles(walk: Vec<Coord<f64>>) -> Vec<LineString<f64>> {
    let mut cycles = Vec::new();
    let mut path: Vec<Coord<f64>> = Vec::new();
    let mut place: BTreeMap<Key, usize> = BTreeMap::new();
    for c in walk {
        if let Some(&first) = place.get(&key(c)) {
            let cycle = path.split_off(first);
            for c in &cycle {
                place.remove(&key(*c));
            }
            cycles.push(cycle);
        }
        place.insert(key(c), path.len());
        path.push(c);
    }
    cycles.push(path);
    cycles.retain(|cycle| cycle.len() > 2);
    let closed = cycles.into_iter().map(|mut cycle| {
        cycle.push(cycle[0]);
        LineString(cycle)
    });
    closed.collect()
}
