//! Whether rings in tile units are valid, and making them so: the way for the few outlines that may have been broken.

use i_overlay::{
    core::{
        fill_rule::FillRule,
        overlay::{ContourDirection, IntOverlayOptions, Overlay, ShapeType},
        overlay_rule::OverlayRule,
    },
    i_float::int::point::IntPoint,
};

use crate::shape::Point;

/// Corners up to which every pair of edges is looked at; longer rings go to the overlay at once.
const PAIRS: usize = 96;

/// Twice the signed area; positive for an exterior.
pub(crate) fn twice_area(ring: &[Point]) -> i64 {
    edges(ring).map(|(a, b)| i64::from(a[0]) * i64::from(b[1]) - i64::from(b[0]) * i64::from(a[1])).sum()
}

fn edges(ring: &[Point]) -> impl Iterator<Item = (Point, Point)> {
    ring.iter().copied().zip(ring.iter().copied().cycle().skip(1))
}

fn side(a: Point, b: Point, c: Point) -> i32 {
    (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
}

/// Whether a ring without collinear neighbours is convex, turning like an exterior, once around.
pub(crate) fn is_convex(ring: &[Point]) -> bool {
    let count = ring.len();
    let mut turns = 0;
    let mut heading = (ring[0][0] - ring[count - 1][0]) < 0;
    for at in 0..count {
        let (a, b, c) = (ring[at], ring[(at + 1) % count], ring[(at + 2) % count]);
        if side(a, b, c) <= 0 {
            return false;
        }
        let leftward = b[0] < a[0];
        if b[0] != a[0] {
            turns += u32::from(leftward != heading);
            heading = leftward;
        }
    }
    turns <= 2
}

/// Whether no two edges of a ring have more in common than the corner between neighbours. `false` may also mean that looking would
/// have taken too long.
pub(crate) fn is_simple(ring: &[Point]) -> bool {
    let count = ring.len();
    if count > PAIRS {
        return false;
    }
    if is_convex(ring) {
        return true;
    }
    for one in 0..count {
        let (a, b) = (ring[one], ring[(one + 1) % count]);
        let (low, high) = ([a[0].min(b[0]), a[1].min(b[1])], [a[0].max(b[0]), a[1].max(b[1])]);
        for other in one + 2..count {
            if one == 0 && other == count - 1 {
                continue;
            }
            let (c, d) = (ring[other], ring[(other + 1) % count]);
            let apart =
                (c[0].max(d[0]) < low[0]) | (c[0].min(d[0]) > high[0]) | (c[1].max(d[1]) < low[1]) | (c[1].min(d[1]) > high[1]);
            if apart {
                continue;
            }
            let (p, q) = (side(a, b, c).signum(), side(a, b, d).signum());
            let (r, s) = (side(c, d, a).signum(), side(c, d, b).signum());
            if p * q <= 0 && r * s <= 0 {
                return false;
            }
        }
    }
    true
}

/// Makes rings valid by an overlay with themselves.
#[derive(Default)]
pub(crate) struct Mender {
    /// How many outlines went this way.
    pub(crate) mended: usize,
}

impl Mender {
    /// Replaces rings, each ending at one of `ends`, by the valid polygons that cover the same ground.
    pub(crate) fn mend(&mut self, points: &mut Vec<Point>, ends: &mut Vec<u32>) {
        self.mended += 1;
        let options = IntOverlayOptions { output_direction: ContourDirection::CounterClockwise, ..IntOverlayOptions::ogc() };
        let mut overlay = Overlay::new_custom(points.len(), options, Default::default());
        let mut from = 0;
        for end in ends.iter() {
            let ring = &points[from..*end as usize];
            overlay.add_path_iter(ring.iter().map(|point| IntPoint::new(point[0], point[1])), ShapeType::Subject);
            from = *end as usize;
        }
        let shapes = overlay.overlay(OverlayRule::Subject, FillRule::NonZero);
        points.clear();
        ends.clear();
        for shape in shapes {
            for (number, contour) in shape.into_iter().enumerate() {
                let (from, hole) = (points.len(), number > 0);
                points.extend(contour.into_iter().map(|point| [point.x, point.y]));
                // Holes that touch their exterior come out turned like it.
                if (twice_area(&points[from..]) < 0) != hole {
                    points[from..].reverse();
                }
                ends.push(points.len() as u32);
            }
        }
    }
}
