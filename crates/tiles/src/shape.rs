//! One feature's outline in the units of one tile: snapped, cut to the tile and its margin, without vertices that say nothing.

use crate::{
    clearance::NEVER,
    simple,
    world::{EXTENT, MARGIN, Place, TileAddress, WorldBox},
};

/// A point in units of the tile.
pub(crate) type Point = [i32; 2];

/// The lowest and the highest coordinate that is kept.
const LOW: i64 = -(MARGIN as i64);
const HIGH: i64 = (EXTENT + MARGIN) as i64;

/// Up to this zoom outlines are snapped to half a pixel of 512 to a tile, deeper to the tile's units. Snapping depends on the place
/// alone, so borders that two features share stay shared.
pub(crate) const COARSE_TO: u8 = 12;
/// Half a pixel is 2² units.
const COARSE: u32 = 2;
/// The zoom at which a unit is one step of the world's lattice.
const FINEST: u8 = 20;

/// How places become units of one tile.
pub(crate) struct Frame {
    half: i64,
    down: u32,
    up: u32,
    /// Steps that make a unit, as a shift, for points that are not snapped.
    unit_down: u32,
    unit_up: u32,
    west: i64,
    north: i64,
}

impl Frame {
    pub(crate) fn of(tile: TileAddress) -> Frame {
        let (z, x, y) = tile.parts();
        let (unit_down, unit_up) = (u32::from(FINEST.saturating_sub(z)), u32::from(z.saturating_sub(FINEST)));
        let up = if z <= COARSE_TO { COARSE } else { unit_up };
        let down = if z <= COARSE_TO { unit_down + COARSE } else { unit_down };
        let half = if down == 0 { 0 } else { 1_i64 << (down - 1) };
        let side = i64::from(EXTENT);
        Frame { half, down, up, unit_down, unit_up, west: i64::from(x) * side, north: i64::from(y) * side }
    }

    /// The lattice that outlines are snapped to, as a power of two of the world's steps.
    fn step(&self) -> i8 {
        self.down as i8
    }

    fn x(&self, x: u32) -> i64 {
        (((i64::from(x) + self.half) >> self.down) << self.up) - self.west
    }

    fn y(&self, y: u32) -> i64 {
        (((i64::from(y) + self.half) >> self.down) << self.up) - self.north
    }

    /// Where a place of this tile lies, not snapped: 0 to 4095.
    pub(crate) fn point(&self, place: Place) -> Point {
        let unit = |value: u32, origin: i64| (((i64::from(value) >> self.unit_down) << self.unit_up) - origin) as i32;
        [unit(place.x, self.west), unit(place.y, self.north)]
    }

    /// Whether a box is narrower both ways than the lattice: what lies in it has collapsed, even if it straddles a line of the lattice
    /// and would come out as large as a mesh.
    fn is_speck(&self, bounds: &WorldBox) -> bool {
        let step = 1_u32 << self.down;
        bounds.max.x.wrapping_sub(bounds.min.x) < step && bounds.max.y.wrapping_sub(bounds.min.y) < step
    }

    /// Whether all that lies in a box is kept as it is.
    fn keeps_whole(&self, bounds: &WorldBox) -> bool {
        self.x(bounds.min.x) >= LOW && self.x(bounds.max.x) <= HIGH && self.y(bounds.min.y) >= LOW && self.y(bounds.max.y) <= HIGH
    }
}

/// The outline of the feature that is being drawn, and room to work in.
#[derive(Default)]
pub(crate) struct Shape {
    pub(crate) points: Vec<Point>,
    /// Where each ring ends in the points; it begins where the one before ends. Which rings are holes is told by the way they turn.
    pub(crate) ends: Vec<u32>,
    cut: Vec<[i64; 2]>,
    spare: Vec<[i64; 2]>,
    mender: simple::Mender,
}

/// What cutting did to a ring.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Cut {
    /// Nothing of it is in sight.
    Gone,
    /// It is whole.
    Whole,
    /// It was cut, and enters and leaves each side at most once.
    Once,
    /// It was cut and may run back and forth along a side.
    Often,
}

impl Shape {
    /// Draws an outline. Afterwards the rings are what the tile shows of it: none when it collapses or lies outside.
    pub(crate) fn draw<'a>(
        &mut self,
        frame: &Frame,
        bounds: &WorldBox,
        steps: i8,
        rings: impl Iterator<Item = (bool, &'a [Place])>,
    ) {
        self.points.clear();
        self.ends.clear();
        if frame.is_speck(bounds) {
            return;
        }
        let sure = steps != NEVER && frame.step() <= steps;
        if frame.keeps_whole(bounds) {
            let mut is_shown = true;
            for (hole, ring) in rings {
                // What is left of a hole when the ground around it has collapsed is no ground.
                if hole && !is_shown {
                    continue;
                }
                let from = self.points.len();
                for place in ring {
                    // In range, because the box is.
                    push(&mut self.points, from, [frame.x(place.x) as i32, frame.y(place.y) as i32]);
                }
                is_shown = self.close(from) || hole;
            }
            if !sure {
                self.mend_if_broken();
            }
            return;
        }
        let mut settled = sure;
        let (mut cut_rings, mut is_shown) = (0, true);
        for (hole, ring) in rings {
            if hole && !is_shown {
                continue;
            }
            let cut = self.cut_ring(frame, ring);
            if cut == Cut::Gone {
                is_shown = hole;
                continue;
            }
            let from = self.points.len();
            for point in &self.cut {
                // Within the kept range after cutting.
                push(&mut self.points, from, [point[0] as i32, point[1] as i32]);
            }
            let drawn = self.close(from);
            is_shown = drawn || hole;
            match cut {
                Cut::Whole | Cut::Gone => {}
                Cut::Once => {
                    cut_rings += 1;
                    // Rounding where it was cut is beyond what was measured beforehand, but a convex ring cannot be broken.
                    settled &= !drawn || simple::is_convex(&self.points[from..]);
                }
                Cut::Often => settled = false,
            }
        }
        // Rounding where one was cut may push its edge over a corner of another.
        if !settled || (cut_rings > 0 && self.ends.len() > 1) {
            self.mend_if_broken();
        }
    }

    fn close(&mut self, from: usize) -> bool {
        let drawn = close(&mut self.points, from);
        if drawn {
            self.ends.push(self.points.len() as u32);
        }
        drawn
    }

    fn mend_if_broken(&mut self) {
        match self.ends.len() {
            0 => {}
            1 if simple::is_simple(&self.points) => {
                // A triangle thinner than the lattice may come out on its other side.
                if simple::twice_area(&self.points) < 0 {
                    self.points.reverse();
                }
            }
            _ => self.mender.mend(&mut self.points, &mut self.ends),
        }
    }

    /// Cuts a ring to the kept square, one side after the other; what is left is in `cut`.
    fn cut_ring(&mut self, frame: &Frame, ring: &[Place]) -> Cut {
        self.cut.clear();
        let (mut any, mut all) = (0_u8, u8::MAX);
        let (mut before, mut last) = (0_u8, 0_u8);
        for place in ring {
            let point = [frame.x(place.x), frame.y(place.y)];
            let code = u8::from(point[0] < LOW)
                | (u8::from(point[0] > HIGH) << 1)
                | (u8::from(point[1] < LOW) << 2)
                | (u8::from(point[1] > HIGH) << 3);
            any |= code;
            all &= code;
            // Of a stretch beyond one side only the ends matter.
            if self.cut.len() > 1 && (before & last & code) != 0 {
                self.cut.pop();
            } else {
                before = last;
            }
            last = code;
            self.cut.push(point);
        }
        if all != 0 {
            return Cut::Gone;
        }
        if any == 0 {
            return Cut::Whole;
        }
        let mut often = false;
        for side in 0..4_u8 {
            if any & (1 << side) == 0 {
                continue;
            }
            let (axis, limit) = (usize::from(side / 2), if side % 2 == 0 { LOW } else { HIGH });
            let kept = |point: &[i64; 2]| if side % 2 == 0 { point[axis] >= limit } else { point[axis] <= limit };
            self.spare.clear();
            let Some(mut from) = self.cut.last().copied() else { return Cut::Gone };
            let mut was_kept = kept(&from);
            let mut crossings = 0;
            for to in &self.cut {
                let is_kept = kept(to);
                if is_kept != was_kept {
                    crossings += 1;
                    self.spare.push(crossing(from, *to, axis, limit));
                }
                if is_kept {
                    self.spare.push(*to);
                }
                (from, was_kept) = (*to, is_kept);
            }
            often |= crossings > 2;
            std::mem::swap(&mut self.cut, &mut self.spare);
        }
        if self.cut.len() < 3 {
            return Cut::Gone;
        }
        if often { Cut::Often } else { Cut::Once }
    }
}

/// Where an edge crosses a side; the same for both directions of the edge, so that neighbours still meet there.
fn crossing(from: [i64; 2], to: [i64; 2], axis: usize, limit: i64) -> [i64; 2] {
    let (a, b) = if from <= to { (from, to) } else { (to, from) };
    let other = 1 - axis;
    let share = (limit - a[axis]) as f64 / (b[axis] - a[axis]) as f64;
    let at = (a[other] as f64 + share * (b[other] - a[other]) as f64).round() as i64;
    let mut point = [0; 2];
    point[axis] = limit;
    point[other] = at;
    point
}

fn cross(a: Point, b: Point, c: Point) -> i32 {
    (b[0] - a[0]) * (c[1] - b[1]) - (b[1] - a[1]) * (c[0] - b[0])
}

/// Adds a point to the ring that begins at `from`, without repetitions, points on the way, and spikes.
fn push(points: &mut Vec<Point>, from: usize, point: Point) {
    loop {
        match points[from..] {
            [.., last] if last == point => return,
            [.., before, last] if cross(before, last, point) == 0 => {
                points.pop();
            }
            _ => break,
        }
    }
    points.push(point);
}

/// Closes the ring that begins at `from`; takes it away and says `false` when it has collapsed.
fn close(points: &mut Vec<Point>, from: usize) -> bool {
    loop {
        match points[from..] {
            [first, second, .., before, last] => {
                if last == first || cross(before, last, first) == 0 {
                    points.pop();
                } else if cross(last, first, second) == 0 {
                    points.remove(from);
                } else {
                    return true;
                }
            }
            [first, second, third] if cross(first, second, third) != 0 => return true,
            _ => {
                points.truncate(from);
                return false;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{clearance, world::Place};

    /// A generator of numbers that are the same every time.
    struct Dice(u64);

    impl Dice {
        fn between(&mut self, low: f64, high: f64) -> f64 {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            low + (self.0 >> 11) as f64 / (1_u64 << 53) as f64 * (high - low)
        }
    }

    #[test]
    fn an_outline_that_snapping_keeps_valid_is_valid_when_it_is_cut_as_well() {
        let tile = TileAddress::holding(Place { x: 854 << 22, y: 419 << 22 }, 14);
        let frame = Frame::of(tile);
        let mut dice = Dice(5);
        let (mut shape, mut sure) = (Shape::default(), 0);
        for _ in 0..60_000 {
            // From beyond the western margin to within, with a nook that all but reaches the long edge.
            let far = [-64.0 - dice.between(1.0, 40.0), dice.between(500.0, 600.0)];
            let near = [-64.0 + dice.between(2.0, 40.0), far[1] + dice.between(-60.0, 60.0)];
            let (along, off) = (dice.between(0.05, 0.95), dice.between(1.5, 2.6));
            let way = [near[0] - far[0], near[1] - far[1]];
            let length = way[0].hypot(way[1]);
            let nook = [far[0] + along * way[0] - off * way[1] / length, far[1] + along * way[1] + off * way[0] / length];
            let end = [nook[0] - dice.between(5.0, 60.0) * way[1] / length, nook[1] + dice.between(5.0, 60.0) * way[0] / length];
            let ring = placed(tile, [far, near, nook, end]);
            let rings = || std::iter::once((false, ring.as_slice()));
            let steps = clearance::steps(rings(), ring.len());
            sure += usize::from(frame.step() <= steps);
            shape.draw(&frame, &WorldBox::of(&ring), steps, rings());
            let mut from = 0;
            for end in &shape.ends {
                let drawn = &shape.points[from..*end as usize];
                from = *end as usize;
                assert!(simple::is_simple(drawn) && simple::twice_area(drawn) > 0, "{ring:?} became {drawn:?}");
            }
        }
        assert!(sure > 10_000, "{sure}");
    }

    #[test]
    fn rounding_where_a_part_is_cut_does_not_push_its_edge_over_a_corner_of_another() {
        let tile = TileAddress::holding(Place { x: 854 << 22, y: 419 << 22 }, 14);
        let frame = Frame::of(tile);
        // Snapping moves the long edge and the corner beside it towards each other as far as it can; the rest is done by rounding.
        let (up, down) = (31.0 / 64.0, -0.5);
        let long = placed(tile, [[-42.0 + up, 527.0 + down], [-83.0 + up, 500.0 + down], [-50.0, 480.0]]);
        let beside = placed(tile, [[-62.0 + down, 514.0 + up], [-50.0, 540.0], [-63.0, 540.0]]);
        let parts = || [(false, long.as_slice()), (false, beside.as_slice())].into_iter();
        let steps = clearance::steps(parts(), 6);
        assert!(frame.step() <= steps, "snapping alone surely keeps them apart");
        let mut shape = Shape::default();
        shape.draw(&frame, &WorldBox::of(&[long, beside].concat()), steps, parts());
        let edges = |ring: &[Point]| ring.iter().copied().zip(ring.iter().copied().cycle().skip(1)).collect::<Vec<_>>();
        let all: Vec<(Point, Point)> = rings(&shape).into_iter().flat_map(edges).collect();
        let side = |a: Point, b: Point, c: Point| cross(a, b, c).signum();
        for (number, (a, b)) in all.iter().enumerate() {
            for (c, d) in &all[..number] {
                let meet = side(*a, *b, *c) * side(*a, *b, *d) < 0 && side(*c, *d, *a) * side(*c, *d, *b) < 0;
                assert!(!meet, "{:?} in {:?}", shape.points, shape.ends);
            }
        }
    }

    #[test]
    fn an_edge_is_cut_at_the_same_point_from_either_end() {
        let mut dice = Dice(6);
        for _ in 0..100_000 {
            let mut at = |low: f64, high: f64| dice.between(low, high) as i64;
            let (out, within) = ([at(-400.0, -65.0), at(-300.0, 300.0)], [at(-63.0, 300.0), at(-300.0, 300.0)]);
            assert_eq!(crossing(out, within, 0, LOW), crossing(within, out, 0, LOW), "{out:?} {within:?}");
        }
    }

    #[test]
    fn a_ring_has_no_point_twice_in_a_row_and_none_on_the_way() {
        let mut dice = Dice(7);
        let mut drawn = 0;
        for _ in 0..20_000 {
            let mut points: Vec<Point> = Vec::new();
            for _ in 0..8 {
                push(&mut points, 0, [dice.between(0.0, 4.0) as i32, dice.between(0.0, 4.0) as i32]);
            }
            if !close(&mut points, 0) {
                assert!(points.is_empty());
                continue;
            }
            drawn += 1;
            for at in 0..points.len() {
                let [a, b, c] = [0, 1, 2].map(|step| points[(at + step) % points.len()]);
                assert!(a != b && cross(a, b, c) != 0, "{points:?}");
            }
        }
        assert!(drawn > 5_000, "{drawn}");
    }

    #[test]
    fn a_yard_that_is_cut_by_the_same_side_as_its_outline_opens_it() {
        let tile = TileAddress::holding(Place { x: 854 << 22, y: 419 << 22 }, 14);
        let (_, column, row) = tile.parts();
        let square = |low: i64, high: i64| {
            [[low, low], [high, low], [high, high], [low, high]].map(|[x, y]| Place {
                x: ((i64::from(column) * 4096 + x) * 64) as u32,
                y: ((i64::from(row) * 4096 + y + 1000) * 64) as u32,
            })
        };
        let (outline, mut yard) = (square(-200, 200), square(-150, 100));
        yard.reverse();
        let rings = || [(false, outline.as_slice()), (true, yard.as_slice())].into_iter();
        let mut shape = Shape::default();
        shape.draw(&Frame::of(tile), &WorldBox::of(&outline), clearance::steps(rings(), 8), rings());
        assert_eq!(shape.ends, [8], "{:?}", shape.points);
        assert_eq!(simple::twice_area(&shape.points), 2 * (264 * 400 - 164 * 250));
    }

    /// Places of points in the units of a tile.
    fn placed<const N: usize>(tile: TileAddress, points: [[f64; 2]; N]) -> [Place; N] {
        let (_, column, row) = tile.parts();
        points.map(|[x, y]| Place {
            x: ((f64::from(column) * 4096.0 + x) * 64.0).round() as u32,
            y: ((f64::from(row) * 4096.0 + y) * 64.0).round() as u32,
        })
    }

    fn rings(shape: &Shape) -> Vec<&[Point]> {
        let begins = std::iter::once(0).chain(shape.ends.iter().copied());
        begins.zip(&shape.ends).map(|(begin, end)| &shape.points[begin as usize..*end as usize]).collect()
    }

    #[test]
    fn ground_that_collapses_takes_its_yard_along_and_what_is_turned_over_is_turned_back() {
        let tile = TileAddress::holding(Place { x: 854 << 22, y: 419 << 22 }, 14);
        let frame = Frame::of(tile);
        let mut shape = Shape::default();
        // A slanted strip whose corners fall together two by two, while those of the yard in it do not.
        let strip = placed(tile, [[100.45, 99.55], [102.45, 101.55], [101.55, 102.45], [99.55, 100.45]]);
        let yard = placed(tile, [[100.9, 100.1], [100.1, 100.9], [101.9, 101.1]]);
        let both = || [(false, strip.as_slice()), (true, yard.as_slice())].into_iter();
        shape.draw(&frame, &WorldBox::of(&strip), clearance::steps(both(), 7), both());
        assert!(shape.ends.is_empty(), "{:?}", shape.points);

        let mut dice = Dice(9);
        let mut over = 0;
        for _ in 0..20_000 {
            let mut at = || [dice.between(100.0, 104.0), dice.between(100.0, 104.0)];
            let mut corners = [at(), at(), at()];
            let twice = |[a, b, c]: [[f64; 2]; 3]| (b[0] - a[0]) * (c[1] - b[1]) - (b[1] - a[1]) * (c[0] - b[0]);
            if twice(corners) < 0.0 {
                corners.swap(1, 2);
            }
            let triangle = placed(tile, corners);
            let one = || std::iter::once((false, triangle.as_slice()));
            shape.draw(&frame, &WorldBox::of(&triangle), clearance::steps(one(), 3), one());
            let snapped = triangle.map(|place| [frame.x(place.x) as f64, frame.y(place.y) as f64]);
            over += usize::from(twice(snapped) < 0.0);
            assert!(rings(&shape).iter().all(|ring| simple::twice_area(ring) > 0), "{corners:?} became {:?}", shape.points);
        }
        assert!(over > 50, "{over}");
    }
}
