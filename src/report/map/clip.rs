//! Cutting rings to a rectangle: as areas for fills, as lines for outlines.
//!
//! Tiles overlap their neighbours by a margin. Each is cut to its own square, so that every bit of ground is painted once; an
//! outline keeps only the stretches of real edges inside, never the line along which a tile was cut.

/// A rectangle; a point on its edge is inside.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Window {
    pub low: (f64, f64),
    pub high: (f64, f64),
}

type Point = (f64, f64);
type Coordinate = fn(Point) -> f64;

impl Window {
    /// Whether every point is inside.
    fn holds(&self, points: &[Point]) -> bool {
        points.iter().all(|&(x, y)| x >= self.low.0 && x <= self.high.0 && y >= self.low.1 && y <= self.high.1)
    }

    /// The part of a ring's area inside, as a ring (Sutherland–Hodgman): where the ring leaves and returns, the edge of the
    /// window joins the ends. Empty when nothing is left. Orientation is kept.
    pub(super) fn area(&self, ring: &[Point]) -> Vec<Point> {
        if self.holds(ring) {
            return ring.to_vec();
        }
        let (x, y): (Coordinate, Coordinate) = (|point| point.0, |point| point.1);
        let sides = [(x, 1.0, self.low.0), (x, -1.0, self.high.0), (y, 1.0, self.low.1), (y, -1.0, self.high.1)];
        let mut kept = ring.to_vec();
        for (coordinate, sign, limit) in sides {
            let whole = std::mem::take(&mut kept);
            let Some(&last) = whole.last() else { break };
            let inside = |point: Point| sign * (coordinate(point) - limit) >= 0.0;
            let mut from = last;
            for to in whole {
                if inside(from) != inside(to) {
                    let share = (limit - coordinate(from)) / (coordinate(to) - coordinate(from));
                    let crossing = (from.0 + share * (to.0 - from.0), from.1 + share * (to.1 - from.1));
                    kept.push(crossing);
                }
                if inside(to) {
                    kept.push(to);
                }
                from = to;
            }
        }
        if kept.len() < 3 { Vec::new() } else { kept }
    }

    /// The stretches of a ring's edges inside, each a line of two points or more.
    pub(super) fn lines(&self, ring: &[Point]) -> Vec<Vec<Point>> {
        let mut lines: Vec<Vec<Point>> = Vec::new();
        let Some((&first, &last)) = ring.first().zip(ring.last()) else { return lines };
        if self.holds(ring) {
            let mut closed = ring.to_vec();
            closed.push(first);
            return vec![closed];
        }
        let mut from = last;
        let mut is_joined = false;
        for &to in ring {
            match self.stretch(from, to) {
                Some((start, end)) => {
                    match lines.last_mut() {
                        Some(line) if is_joined => line.push(end),
                        _ => lines.push(vec![start, end]),
                    }
                    is_joined = end == to;
                }
                None => is_joined = false,
            }
            from = to;
        }
        lines
    }

    /// The stretch of one edge inside (Liang–Barsky).
    fn stretch(&self, from: Point, to: Point) -> Option<(Point, Point)> {
        let (dx, dy) = (to.0 - from.0, to.1 - from.1);
        let (mut enter, mut leave) = (0.0_f64, 1.0_f64);
        for (step, room) in
            [(-dx, from.0 - self.low.0), (dx, self.high.0 - from.0), (-dy, from.1 - self.low.1), (dy, self.high.1 - from.1)]
        {
            if step == 0.0 {
                if room < 0.0 {
                    return None;
                }
            } else if step < 0.0 {
                enter = enter.max(room / step);
            } else {
                leave = leave.min(room / step);
            }
        }
        if enter >= leave {
            return None;
        }
        let at = |share: f64| (from.0 + share * dx, from.1 + share * dy);
        let start = if enter == 0.0 { from } else { at(enter) };
        let end = if leave == 1.0 { to } else { at(leave) };
        Some((start, end))
    }
}

#[cfg(test)]
mod tests {
    use geo::{Area, BooleanOps, LineString, MultiPolygon, Polygon, Rect};
    use proptest::prelude::*;

    use super::*;

    const WINDOW: Window = Window { low: (0.0, 0.0), high: (100.0, 100.0) };

    fn twice_area(ring: &[Point]) -> f64 {
        ring.iter().zip(ring.iter().cycle().skip(1)).map(|(a, b)| a.0 * b.1 - b.0 * a.1).sum()
    }

    #[test]
    fn a_ring_inside_stays_and_one_outside_goes() {
        let inside = [(10.0, 10.0), (90.0, 10.0), (50.0, 90.0)];
        assert_eq!(WINDOW.area(&inside), inside);
        assert_eq!(WINDOW.lines(&inside), [[inside[0], inside[1], inside[2], inside[0]]]);
        let outside = inside.map(|(x, y)| (x + 200.0, y));
        assert!(WINDOW.area(&outside).is_empty() && WINDOW.lines(&outside).is_empty());
    }

    #[test]
    fn the_line_along_which_a_tile_was_cut_is_not_drawn() {
        // A parcel that reaches over the right edge, as its tile holds it: cut at the margin, 4 units further out.
        let ring = [(80.0, 20.0), (104.0, 20.0), (104.0, 60.0), (80.0, 60.0)];
        assert_eq!(WINDOW.area(&ring).iter().map(|point| point.0).fold(0.0, f64::max), 100.0);
        let lines = WINDOW.lines(&ring);
        let drawn: f64 =
            lines.iter().flat_map(|line| line.windows(2).map(|pair| (pair[1].0 - pair[0].0).hypot(pair[1].1 - pair[0].1))).sum();
        assert_eq!(drawn, 20.0 + 20.0 + 40.0);
    }

    proptest! {
        #[test]
        fn the_area_kept_is_that_of_the_exact_intersection(
            corners in proptest::collection::vec((0.0..0.9_f64, 20.0..150.0_f64), 5..12), x in -50.0..150.0_f64, y in -50.0..150.0_f64,
        ) {
            // A star-shaped ring: a corner in every sector around a point, so that no edge crosses another.
            let sector = std::f64::consts::TAU / corners.len() as f64;
            let ring: Vec<Point> = (0..)
                .zip(&corners)
                .map(|(number, (share, radius))| {
                    let angle = (f64::from(number) + share) * sector;
                    (x + radius * angle.cos(), y + radius * angle.sin())
                })
                .collect();
            let polygon = Polygon::new(LineString::from(ring.clone()), vec![]);
            let exact = MultiPolygon::from(polygon).intersection(&MultiPolygon::from(Rect::new(WINDOW.low, WINDOW.high).to_polygon()));
            prop_assert!((twice_area(&WINDOW.area(&ring)).abs() / 2.0 - exact.unsigned_area()).abs() < 1e-3);
        }

        #[test]
        fn every_point_of_a_kept_line_is_inside(points in proptest::collection::vec((-300.0..300.0_f64, -300.0..300.0_f64), 3..20)) {
            for (x, y) in WINDOW.lines(&points).into_iter().flatten() {
                prop_assert!((-1e-9..=100.0 + 1e-9).contains(&x) && (-1e-9..=100.0 + 1e-9).contains(&y), "{x} {y}");
            }
        }
    }
}
