//! The plane of one park: local metres (u along the blocks, v across) to EPSG:4549 rounded to the millimetre,
//! and exact work with rings whose shared points are bit-equal: inserting neighbours' corners, and union by cancelling edges.

use std::collections::HashMap;

use geo::{Coord, LineString, Polygon};

use super::plan::ParkPlan;

/// Local metres at scale 1.
pub(super) type Local = (f64, f64);

/// An open ring in the plane.
pub(super) type Ring = Vec<Coord<f64>>;

/// How far a point may lie off an edge and still be a corner on that edge, metres: twice the rounding, no survey error.
const ON_EDGE_M: f64 = 0.002;

/// Local metres to EPSG:4549.
#[derive(Clone, Copy)]
pub(super) struct Frame {
    centre: Coord<f64>,
    sin: f64,
    cos: f64,
    scale: f64,
}

impl Frame {
    pub(super) fn new(park: &ParkPlan, scale: f64) -> Frame {
        let (sin, cos) = park.angle.sin_cos();
        Frame { centre: park.centre, sin, cos, scale }
    }

    /// The same frame, everything drawn smaller by `shrink`.
    pub(super) fn shrunk(self, shrink: f64) -> Frame {
        Frame { scale: self.scale * shrink, ..self }
    }

    /// A point, rounded to the millimetre: equal local points give bit-equal results.
    pub(super) fn point(self, (u, v): Local) -> Coord<f64> {
        let (u, v) = (u * self.scale, v * self.scale);
        let round = |value: f64| (value * 1000.0).round() / 1000.0;
        Coord { x: round(self.centre.x + u * self.cos - v * self.sin), y: round(self.centre.y + u * self.sin + v * self.cos) }
    }

    /// An open ring of points.
    pub(super) fn ring(self, points: &[Local]) -> Vec<Coord<f64>> {
        points.iter().map(|&point| self.point(point)).collect()
    }
}

/// Closes an open ring.
pub(super) fn closed(mut ring: Vec<Coord<f64>>) -> LineString<f64> {
    if let Some(&first) = ring.first() {
        ring.push(first);
    }
    LineString(ring)
}

/// A polygon of open rings.
pub(super) fn polygon(exterior: Vec<Coord<f64>>, holes: Vec<Vec<Coord<f64>>>) -> Polygon<f64> {
    Polygon::new(closed(exterior), holes.into_iter().map(closed).collect())
}

/// Corners of a block nearer to each other than this, metres, become one: two cuts that nearly meet would pinch a lot.
const ONE_CORNER_M: f64 = 0.02;

/// Brings corners of the rings that nearly coincide onto one of them.
fn merge_corners(rings: &mut [Ring]) {
    let mut corners: Vec<Coord<f64>> = rings.iter().flatten().copied().collect();
    corners.sort_by(|a, b| a.x.total_cmp(&b.x).then(a.y.total_cmp(&b.y)));
    corners.dedup();
    let mut moved: Vec<(Coord<f64>, Coord<f64>)> = Vec::new();
    for (index, &corner) in corners.iter().enumerate() {
        let near = corners[..index]
            .iter()
            .rev()
            .take_while(|other| corner.x - other.x <= ONE_CORNER_M)
            .find(|other| (corner.y - other.y).abs() <= ONE_CORNER_M);
        if let Some(&near) = near {
            let onto = moved.iter().find(|(from, _)| *from == near).map_or(near, |(_, onto)| *onto);
            moved.push((corner, onto));
        }
    }
    if moved.is_empty() {
        return;
    }
    for ring in rings {
        for corner in ring.iter_mut() {
            if let Some((_, onto)) = moved.iter().find(|(from, _)| from == corner) {
                *corner = *onto;
            }
        }
        ring.dedup();
        if ring.len() > 1 && ring.first() == ring.last() {
            ring.pop();
        }
    }
}

/// Puts into each open ring the corners of the others that lie on its edges, so that neighbours share every vertex of a common edge.
pub(super) fn node(rings: &mut [Ring]) {
    merge_corners(rings);
    let mut corners: Vec<Coord<f64>> = rings.iter().flatten().copied().collect();
    corners.sort_by(|a, b| a.x.total_cmp(&b.x).then(a.y.total_cmp(&b.y)));
    corners.dedup();
    for ring in rings {
        let mut noded = Vec::with_capacity(ring.len() + 4);
        for (index, &from) in ring.iter().enumerate() {
            let to = ring[(index + 1) % ring.len()];
            noded.push(from);
            let (dx, dy) = (to.x - from.x, to.y - from.y);
            let length = dx.hypot(dy);
            let (low, high) = (from.x.min(to.x) - ON_EDGE_M, from.x.max(to.x) + ON_EDGE_M);
            let start = corners.partition_point(|corner| corner.x < low);
            let mut on_edge: Vec<(f64, Coord<f64>)> = corners[start..]
                .iter()
                .take_while(|corner| corner.x <= high)
                .filter_map(|&corner| {
                    let (px, py) = (corner.x - from.x, corner.y - from.y);
                    let along = (px * dx + py * dy) / length;
                    let off = (px * dy - py * dx).abs() / length;
                    (corner != from && corner != to && off <= ON_EDGE_M && along > 0.0 && along < length)
                        .then_some((along, corner))
                })
                .collect();
            on_edge.sort_by(|a, b| a.0.total_cmp(&b.0));
            noded.extend(on_edge.into_iter().map(|(_, corner)| corner));
        }
        *ring = noded;
    }
}

/// The union of noded counter-clockwise rings that do not overlap: edges that two rings run through in opposite directions vanish,
/// the rest is linked again. Holes come out clockwise and go to the outer ring that holds them.
pub(super) fn dissolve<'a>(rings: impl IntoIterator<Item = &'a Vec<Coord<f64>>>) -> Vec<Polygon<f64>> {
    type Key = (u64, u64);
    let key = |point: Coord<f64>| -> Key { (point.x.to_bits(), point.y.to_bits()) };
    let mut order: Vec<(Coord<f64>, Coord<f64>)> = Vec::new();
    let mut live: HashMap<(Key, Key), usize> = HashMap::new();
    for ring in rings {
        for (index, &from) in ring.iter().enumerate() {
            let to = ring[(index + 1) % ring.len()];
            if live.remove(&(key(to), key(from))).is_none() {
                live.insert((key(from), key(to)), order.len());
                order.push((from, to));
            }
        }
    }
    let mut left: Vec<usize> = live.into_values().collect();
    left.sort_unstable();
    let mut starts: HashMap<Key, Vec<usize>> = HashMap::new();
    for &edge in &left {
        starts.entry(key(order[edge].0)).or_default().push(edge);
    }
    let mut used = vec![false; order.len()];
    let (mut outers, mut holes): (Vec<Ring>, Vec<Ring>) = (Vec::new(), Vec::new());
    for &first in &left {
        if used[first] {
            continue;
        }
        let mut ring = Vec::new();
        let mut edge = first;
        loop {
            used[edge] = true;
            let (from, at) = order[edge];
            ring.push(from);
            let next = starts.get(&key(at)).into_iter().flatten().copied().filter(|&next| !used[next]);
            // Where two rings touch in a point, the sharpest left turn stays with the ground on the left.
            let Some(next) = next.max_by(|&a, &b| {
                let turn = |edge: usize| {
                    let onward = order[edge].1;
                    let (ax, ay) = (at.x - from.x, at.y - from.y);
                    let (bx, by) = (onward.x - at.x, onward.y - at.y);
                    (ax * by - ay * bx).atan2(ax * bx + ay * by)
                };
                turn(a).total_cmp(&turn(b))
            }) else {
                break;
            };
            edge = next;
        }
        if signed_area(&ring) > 0.0 { outers.push(ring) } else { holes.push(ring) }
    }
    let mut parts: Vec<(Ring, Vec<Ring>)> = outers.into_iter().map(|ring| (ring, Vec::new())).collect();
    for hole in holes {
        let inside = hole[0];
        if let Some(part) = parts.iter_mut().find(|(outer, _)| contains(outer, inside)) {
            part.1.push(hole);
        }
    }
    parts.into_iter().map(|(outer, holes)| polygon(outer, holes)).collect()
}

/// Signed area of an open ring, square metres; positive when counter-clockwise.
pub(super) fn signed_area(ring: &[Coord<f64>]) -> f64 {
    let Some(&origin) = ring.first() else { return 0.0 };
    let mut sum = 0.0;
    for (index, &a) in ring.iter().enumerate() {
        let b = ring[(index + 1) % ring.len()];
        sum += (a.x - origin.x) * (b.y - origin.y) - (b.x - origin.x) * (a.y - origin.y);
    }
    sum / 2.0
}

fn contains(ring: &[Coord<f64>], point: Coord<f64>) -> bool {
    let mut inside = false;
    for (index, a) in ring.iter().enumerate() {
        let b = ring[(index + 1) % ring.len()];
        if (a.y > point.y) != (b.y > point.y) && point.x < (b.x - a.x) * (point.y - a.y) / (b.y - a.y) + a.x {
            inside = !inside;
        }
    }
    inside
}

/// Area of polygons without overlaps, square metres.
pub(super) fn area(parts: &[Polygon<f64>]) -> f64 {
    parts
        .iter()
        .map(|part| {
            let open = |ring: &LineString<f64>| signed_area(&ring.0[..ring.0.len().saturating_sub(1)]).abs();
            open(part.exterior()) - part.interiors().iter().map(open).sum::<f64>()
        })
        .sum()
}

#[cfg(test)]
mod tests {
    use geo::Validation;

    use super::*;

    fn ring(points: &[(f64, f64)]) -> Ring {
        points.iter().map(|&(x, y)| Coord { x, y }).collect()
    }

    #[test]
    fn a_neighbours_corner_enters_the_edge_it_lies_on() {
        let mut rings = vec![
            ring(&[(0.0, 0.0), (10.0, 0.0), (10.0, 10.0), (0.0, 10.0)]),
            ring(&[(10.0, 0.0), (20.0, 0.0), (20.0, 4.0), (10.0, 4.0)]),
            ring(&[(10.0, 4.0), (20.0, 4.0), (20.0, 10.0), (10.0, 10.0)]),
        ];
        node(&mut rings);
        assert_eq!(rings[0], ring(&[(0.0, 0.0), (10.0, 0.0), (10.0, 4.0), (10.0, 10.0), (0.0, 10.0)]));
        let parts = dissolve(&rings);
        assert_eq!(parts.len(), 1);
        assert_eq!(area(&parts), 200.0);
    }

    #[test]
    fn corners_a_few_millimetres_apart_become_one_and_pinch_nothing() {
        let mut rings = vec![
            ring(&[(0.0, 0.0), (10.0, 0.0), (10.0, 5.0), (10.0, 10.0), (0.0, 10.0)]),
            ring(&[(10.0, 0.0), (20.0, 0.0), (20.0, 5.001), (10.001, 5.001)]),
            ring(&[(10.0, 5.0), (20.0, 5.002), (20.0, 10.0), (10.0, 10.0)]),
        ];
        node(&mut rings);
        for ring in &rings {
            assert!(polygon(ring.clone(), Vec::new()).is_valid(), "{ring:?}");
        }
        assert_eq!(dissolve(&rings).len(), 1);
    }

    #[test]
    fn union_keeps_a_hole_and_parts_that_touch_in_a_point_apart() {
        let hole = ring(&[(4.0, 4.0), (4.0, 6.0), (6.0, 6.0), (6.0, 4.0)]);
        let rings = vec![
            ring(&[(0.0, 0.0), (10.0, 0.0), (10.0, 10.0), (0.0, 10.0)]),
            hole,
            ring(&[(10.0, 10.0), (12.0, 10.0), (12.0, 12.0), (10.0, 12.0)]),
        ];
        let parts = dissolve(&rings);
        assert_eq!((parts.len(), parts[0].interiors().len()), (2, 1));
        assert_eq!(area(&parts), 100.0 - 4.0 + 4.0);
        assert!(parts.iter().all(|part| part.is_valid()));
    }
}
