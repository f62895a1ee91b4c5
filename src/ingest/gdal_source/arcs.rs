//! Arcs made chords: WKB of a CurvePolygon or MultiSurface to WKB of a MultiPolygon.
//!
//! Done here because GDAL's own way round (through GEOS) puts the arcs back. Chords span at most 4 degrees of the circle:
//! a full circle loses 0.08 % of its area, a chord lies at most 0.06 % of the radius inside the arc. How far the furthest
//! of a geometry does is handed on with it.

use crate::ingest::rings;

/// Largest angle a chord may span, radians.
const STEP: f64 = 4.0 * std::f64::consts::PI / 180.0;
/// More vertices than any sound ring has; a guard against counts made up of broken bytes.
const VERTEX_LIMIT: usize = 10_000_000;

type Point = (f64, f64);
type Ring = Vec<Point>;

struct Reader<'b> {
    bytes: &'b [u8],
    /// The greatest distance of a chord from its arc so far.
    gap: f64,
}

/// The polygons of curved OGC or ISO WKB without heights, as little-endian WKB, and the greatest distance of a chord from
/// its arc in units of the coordinates; none when the bytes are no such thing.
pub(super) fn to_chords(bytes: &[u8]) -> Option<(Vec<u8>, f64)> {
    let mut reader = Reader { bytes, gap: 0.0 };
    let mut polygons = Vec::new();
    surface(&mut reader, &mut polygons)?;
    Some((rings::wkb(&polygons), reader.gap))
}

fn surface(reader: &mut Reader<'_>, polygons: &mut Vec<Vec<Ring>>) -> Option<()> {
    let (kind, big) = reader.head()?;
    let count = reader.count(big)?;
    match kind {
        6 | 12 => (0..count).try_for_each(|_| surface(reader, polygons)),
        3 => {
            polygons.push((0..count).map(|_| reader.points(big)).collect::<Option<_>>()?);
            Some(())
        }
        10 => {
            polygons.push((0..count).map(|_| curve(reader)).collect::<Option<_>>()?);
            Some(())
        }
        _ => None,
    }
}

fn curve(reader: &mut Reader<'_>) -> Option<Ring> {
    let (kind, big) = reader.head()?;
    match kind {
        2 => reader.points(big),
        8 => {
            let points = reader.points(big)?;
            Some(stroked(&points, &mut reader.gap))
        }
        9 => {
            let mut ring: Ring = Vec::new();
            for _ in 0..reader.count(big)? {
                let part = curve(reader)?;
                // Each part begins where the one before ended.
                let from = usize::from(!ring.is_empty() && ring.last() == part.first());
                ring.extend_from_slice(&part[from..]);
            }
            Some(ring)
        }
        _ => None,
    }
}

/// A circular string (start, middle, end, middle, end …) as chords.
fn stroked(points: &[Point], gap: &mut f64) -> Ring {
    let mut ring: Ring = points.first().copied().into_iter().collect();
    for arc in points.windows(3).step_by(2) {
        let [start, middle, end] = [arc[0], arc[1], arc[2]];
        *gap = gap.max(chords(start, middle, end, &mut ring));
        ring.push(end);
    }
    ring
}

/// The vertices between the ends of one arc; gives the distance of its chords from it.
fn chords(start: Point, middle: Point, end: Point, ring: &mut Ring) -> f64 {
    let Some((centre, sweep)) = circle(start, middle, end) else {
        ring.push(middle);
        return 0.0;
    };
    let radius = (start.0 - centre.0).hypot(start.1 - centre.1);
    let first = (start.1 - centre.1).atan2(start.0 - centre.0);
    let steps = (sweep.abs() / STEP).ceil().max(1.0) as usize;
    for step in 1..steps {
        let angle = first + sweep * step as f64 / steps as f64;
        ring.push((centre.0 + radius * angle.cos(), centre.1 + radius * angle.sin()));
    }
    radius * (1.0 - (sweep.abs() / steps as f64 / 2.0).cos())
}

/// Centre of the circle through three points and the signed angle from the first to the last; none when they lie in line.
fn circle(start: Point, middle: Point, end: Point) -> Option<(Point, f64)> {
    use std::f64::consts::TAU;
    if start == end {
        // A whole circle is written with its opposite point in the middle.
        let centre = ((start.0 + middle.0) / 2.0, (start.1 + middle.1) / 2.0);
        return (start != middle).then_some((centre, TAU));
    }
    // Taken from the first point, so that eastings of forty million do not eat the digits.
    let (bx, by) = (middle.0 - start.0, middle.1 - start.1);
    let (cx, cy) = (end.0 - start.0, end.1 - start.1);
    let twice = 2.0 * (bx * cy - by * cx);
    if !twice.is_finite() || twice.abs() <= f64::EPSILON * (bx.hypot(by) * cx.hypot(cy)) {
        return None;
    }
    let (b2, c2) = (bx * bx + by * by, cx * cx + cy * cy);
    let (ux, uy) = ((cy * b2 - by * c2) / twice, (bx * c2 - cx * b2) / twice);
    let angle = |x: f64, y: f64| (y - uy).atan2(x - ux);
    let swept = angle(cx, cy) - angle(0.0, 0.0);
    let sweep = if twice > 0.0 { swept.rem_euclid(TAU) } else { -(-swept).rem_euclid(TAU) };
    Some(((start.0 + ux, start.1 + uy), sweep))
}

impl Reader<'_> {
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (head, rest) = self.bytes.split_first_chunk::<N>()?;
        self.bytes = rest;
        Some(*head)
    }

    /// Type without its flags of heights, and whether the bytes are big-endian.
    fn head(&mut self) -> Option<(u32, bool)> {
        let big = self.take::<1>()?[0] == 0;
        let kind = self.take::<4>()?;
        let kind = if big { u32::from_be_bytes(kind) } else { u32::from_le_bytes(kind) };
        (kind < 1000).then_some((kind, big))
    }

    fn count(&mut self, big: bool) -> Option<usize> {
        let count = self.take::<4>()?;
        let count = if big { u32::from_be_bytes(count) } else { u32::from_le_bytes(count) } as usize;
        (count <= VERTEX_LIMIT && count <= self.bytes.len()).then_some(count)
    }

    fn points(&mut self, big: bool) -> Option<Ring> {
        let count = self.count(big)?;
        let mut number = || self.take::<8>().map(|bytes| if big { f64::from_be_bytes(bytes) } else { f64::from_le_bytes(bytes) });
        (0..count).map(|_| Some((number()?, number()?))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arc_keeps_to_its_circle_in_both_directions() {
        for (middle, quarter) in [((0.0, 1.0), 46), ((0.0, -1.0), 46)] {
            let mut gap = 0.0;
            let ring = stroked(&[(1.0, 0.0), middle, (-1.0, 0.0)], &mut gap);
            let sagging = ring.windows(2).map(|ends| 1.0 - ((ends[0].0 + ends[1].0) / 2.0).hypot((ends[0].1 + ends[1].1) / 2.0));
            assert!((sagging.fold(0.0, f64::max) - gap).abs() < 1e-12, "the gap is that of the chords");
            assert!(gap < 0.0007);
            assert_eq!(ring.len(), quarter, "180 degrees in steps of 4");
            assert!(ring.iter().all(|(x, y)| (x.hypot(*y) - 1.0).abs() < 1e-12));
            assert!(ring.iter().all(|(_, y)| y * middle.1 > -1e-12), "on the side of the middle point");
        }
    }

    #[test]
    fn three_points_in_line_are_a_line() {
        assert_eq!(stroked(&[(0.0, 0.0), (1.0, 0.0), (2.0, 0.0)], &mut 0.0), [(0.0, 0.0), (1.0, 0.0), (2.0, 0.0)]);
    }

    #[test]
    fn broken_bytes_are_none() {
        for bytes in [&b""[..], &[1], &[1, 10, 0, 0, 0, 255, 255, 255, 255], &[1, 1, 0, 0, 0]] {
            assert_eq!(to_chords(bytes), None);
        }
    }
}
