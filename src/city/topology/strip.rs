//! Strips between two grounds: where an edge of the one faces an edge of the other across less than the tolerance, and no third
//! ground lies between. Two boundaries that were drawn from one survey touch; a strip is where they were not.

use mujun_geometry::geo::{Coord, LineString, MultiPolygon, Polygon, Rect};
use mujun_geometry::layer::{LayerBuilder, Outline};
use mujun_geometry::overlay::Overlayer;
use mujun_geometry::surface::Surface;

use super::{Gap, TopologyTolerance, length_of, widened};
use crate::city::ground::{GroundIndex, PLANE};

/// Pairs of edges up to which every one is looked at.
const FEW_PAIRS: usize = 4096;
/// A strip of which less than this share is free lies on somebody's ground.
const FREE_SHARE: f64 = 0.5;

type Edge = (Coord<f64>, Coord<f64>);

/// Where two edges face each other.
struct Facing {
    corners: [Coord<f64>; 4],
    length: f64,
    area: f64,
}

/// Looks for strips, and keeps its memory.
#[derive(Default)]
pub(super) struct Strips {
    own: Vec<Edge>,
    others: Vec<Edge>,
    facing: Vec<Facing>,
    near: Vec<usize>,
}

impl Strips {
    /// The strip between two grounds, if it is as long as the tolerance.
    pub(super) fn between(
        &mut self,
        grounds: &GroundIndex,
        (one, other): (usize, usize),
        tolerance: &TopologyTolerance,
    ) -> Option<Gap> {
        let (p, q) = (grounds.outline(one), grounds.outline(other));
        edges_near(p, widened(q.bounds(), tolerance.gap_max_width_m), &mut self.own);
        if self.own.is_empty() {
            return None;
        }
        edges_near(q, widened(p.bounds(), tolerance.gap_max_width_m), &mut self.others);
        self.facing.clear();
        if self.own.len() * self.others.len() <= FEW_PAIRS {
            for edge in &self.own {
                self.facing.extend(self.others.iter().filter_map(|beside| facing(*edge, *beside, tolerance)));
            }
        } else {
            self.sweep(tolerance);
        }
        if self.facing.iter().map(|strip| strip.length).sum::<f64>() < tolerance.gap_min_length_m {
            return None;
        }
        self.free(grounds, (one, other), tolerance)
    }

    /// The same for very many edges: only those are compared whose stretches of easting meet.
    fn sweep(&mut self, tolerance: &TopologyTolerance) {
        let west = |edge: &Edge| edge.0.x.min(edge.1.x);
        let east = |edge: &Edge| edge.0.x.max(edge.1.x);
        self.others.sort_by(|a, b| west(a).total_cmp(&west(b)));
        let longest = self.others.iter().map(|edge| east(edge) - west(edge)).fold(0.0, f64::max);
        let reach = tolerance.gap_max_width_m;
        for edge in &self.own {
            let from = self.others.partition_point(|beside| west(beside) < west(edge) - longest - reach);
            let meeting = self.others[from..].iter().take_while(|beside| west(beside) <= east(edge) + reach);
            self.facing.extend(meeting.filter_map(|beside| facing(*edge, *beside, tolerance)));
        }
    }

    /// What of the strips lies on no ground.
    fn free(&mut self, grounds: &GroundIndex, (one, other): (usize, usize), tolerance: &TopologyTolerance) -> Option<Gap> {
        let (mut length_m, mut area_m2) = (0.0, 0.0);
        let mut longest: Option<&Facing> = None;
        for strip in &self.facing {
            let free = strip.area - self_covered(strip, grounds, &mut self.near);
            if free < FREE_SHARE * strip.area {
                continue;
            }
            length_m += strip.length;
            area_m2 += free;
            if longest.is_none_or(|so_far| strip.length > so_far.length) {
                longest = Some(strip);
            }
        }
        let corners = longest?.corners;
        let place = corners.iter().fold(Coord::zero(), |sum, corner| sum + *corner) / 4.0;
        (length_m >= tolerance.gap_min_length_m).then_some(Gap { one, other, length_m, area_m2, place })
    }
}

/// How much of a strip lies on grounds, the two beside it included.
fn self_covered(strip: &Facing, grounds: &GroundIndex, near: &mut Vec<usize>) -> f64 {
    let mut ring = strip.corners.to_vec();
    ring.push(strip.corners[0]);
    let polygon = Polygon::new(LineString(ring), Vec::new());
    let Ok(surface) = Surface::from_trusted(MultiPolygon(vec![polygon]), PLANE) else { return 0.0 };
    let mut builder = LayerBuilder::new(PLANE);
    builder.push(&surface);
    let layer = builder.finish();
    let outline = layer.outline(0);
    grounds.near(outline.bounds(), near);
    let mut overlayer = Overlayer::default();
    overlayer.lay(outline);
    near.iter().map(|position| overlayer.area_in_common(grounds.outline(*position))).sum()
}

/// The edges of an outline whose boxes meet a box.
fn edges_near(outline: Outline<'_>, bounds: Rect<f64>, found: &mut Vec<Edge>) {
    found.clear();
    let (min, max) = (bounds.min(), bounds.max());
    for ring in outline.rings() {
        found.extend(
            ring.windows(2).map(|ends| (ends[0], ends[1])).filter(|(a, b)| {
                a.x.min(b.x) <= max.x && a.x.max(b.x) >= min.x && a.y.min(b.y) <= max.y && a.y.max(b.y) >= min.y
            }),
        );
    }
}

/// The stretch over which `beside`, an edge of another ground, faces `edge` from outside within the tolerance of width.
fn facing(edge: Edge, beside: Edge, tolerance: &TopologyTolerance) -> Option<Facing> {
    let along = edge.1 - edge.0;
    let length = length_of(along);
    if length <= 0.0 {
        return None;
    }
    // Inside is on the left of every edge, so outside is on its right.
    let (ahead, out) = (along / length, Coord { x: along.y / length, y: -along.x / length });
    let seen = |point: Coord<f64>| {
        let from = point - edge.0;
        (from.x * ahead.x + from.y * ahead.y, from.x * out.x + from.y * out.y)
    };
    let ((first, first_off), (last, last_off)) = (seen(beside.0), seen(beside.1));
    // What faces runs the other way.
    if last >= first {
        return None;
    }
    let slope = (first_off - last_off) / (first - last);
    let off = |at: f64| last_off + (at - last) * slope;
    let (mut from, mut to) = (last.max(0.0), first.min(length));
    // Only where the width is within the tolerance.
    for (limit, keep_above) in [(tolerance.gap_min_width_m, 1.0), (tolerance.gap_max_width_m, -1.0)] {
        let (at_from, at_to) = ((off(from) - limit) * keep_above, (off(to) - limit) * keep_above);
        if from >= to || (at_from < 0.0 && at_to < 0.0) {
            return None;
        }
        let crossing = from + (to - from) * at_from / (at_from - at_to);
        if at_from < 0.0 {
            from = crossing;
        } else if at_to < 0.0 {
            to = crossing;
        }
    }
    if from >= to {
        return None;
    }
    let (near, far) = (edge.0 + ahead * from, edge.0 + ahead * to);
    let corners = [near, near + out * off(from), far + out * off(to), far];
    Some(Facing { corners, length: to - from, area: (to - from) * (off(from) + off(to)) / 2.0 })
}
