//! What makes polygons valid (OGC 06-103r4 §6.1.11, §6.1.14), decided with exact predicates.
//!
//! Finds the first fault and its place; repairs nothing. `geo`'s own validation misses rings that touch themselves at a vertex
//! and interiors cut in two by touching holes, and compares every pair of segments, hence this one.

use std::cell::OnceCell;

use geo::{
    Coord, Intersects, LineString, Polygon, Rect,
    coordinate_position::{CoordPos, coord_pos_relative_to_ring},
    kernels::{Kernel, Orientation, RobustKernel},
};

use crate::index::PackedIndex;

/// Rings and part lists up to this size are compared pair by pair; beyond it through an index.
const BRUTE: usize = 48;

/// How polygons break the rules.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum FaultKind {
    /// Fewer than three distinct vertices, a vertex twice in a row, or not closed.
    Degenerate,
    /// A ring crosses, touches or retraces itself.
    SelfIntersection,
    /// A hole crosses its exterior or another hole, lies outside, lies in another hole, or cuts the interior in two.
    MisplacedHole,
    /// Two parts share more than points.
    OverlappingParts,
}

/// The first rule broken, and where.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Fault {
    pub kind: FaultKind,
    pub place: Coord<f64>,
}

impl Fault {
    fn at(kind: FaultKind, place: Coord<f64>) -> Result<(), Fault> {
        Err(Fault { kind, place })
    }
}

/// All rings of a polygon, the exterior first.
pub(crate) fn rings(polygon: &Polygon<f64>) -> impl Iterator<Item = &LineString<f64>> {
    std::iter::once(polygon.exterior()).chain(polygon.interiors())
}

/// Signed area of a closed ring, positive when anticlockwise; shifted to the first vertex so that small rings far from the
/// origin keep their digits.
pub(crate) fn signed_area(ring: &[Coord<f64>]) -> f64 {
    let Some((&o, rest)) = ring.split_first() else {
        return 0.0;
    };
    let twice: f64 = rest.windows(2).map(|w| (w[0].x - o.x) * (w[1].y - o.y) - (w[1].x - o.x) * (w[0].y - o.y)).sum();
    twice / 2.0
}

/// Unsigned area of polygons whose rings may run either way: exteriors less holes.
pub(crate) fn area(polygons: &[Polygon<f64>]) -> f64 {
    polygons
        .iter()
        .map(|p| signed_area(&p.exterior().0).abs() - p.interiors().iter().map(|r| signed_area(&r.0).abs()).sum::<f64>())
        .sum()
}

/// Box of some vertices; `None` for none.
pub(crate) fn bounds<'a>(coords: impl IntoIterator<Item = &'a Coord<f64>>) -> Option<Rect<f64>> {
    let mut coords = coords.into_iter();
    let first = *coords.next()?;
    let (mut min, mut max) = (first, first);
    for c in coords {
        min = Coord { x: min.x.min(c.x), y: min.y.min(c.y) };
        max = Coord { x: max.x.max(c.x), y: max.y.max(c.y) };
    }
    Some(Rect::new(min, max))
}

/// How two segments meet.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) enum Meeting {
    Apart,
    /// In one point that is an end of one of them.
    Touch(Coord<f64>),
    /// In one point inside both.
    Cross(Coord<f64>),
    /// Along a stretch.
    Overlap(Coord<f64>),
}

pub(crate) type Segment = (Coord<f64>, Coord<f64>);

fn boxes_meet(p: Segment, q: Segment) -> bool {
    p.0.x.min(p.1.x) <= q.0.x.max(q.1.x)
        && q.0.x.min(q.1.x) <= p.0.x.max(p.1.x)
        && p.0.y.min(p.1.y) <= q.0.y.max(q.1.y)
        && q.0.y.min(q.1.y) <= p.0.y.max(p.1.y)
}

fn orient2d(a: Coord<f64>, b: Coord<f64>, c: Coord<f64>) -> Orientation {
    RobustKernel::orient2d(a, b, c)
}

/// How two segments meet, exactly (only the place of a crossing is rounded).
pub(crate) fn meeting(p: Segment, q: Segment) -> Meeting {
    use Orientation::Collinear;
    if !boxes_meet(p, q) {
        return Meeting::Apart;
    }
    let (p0, p1) = (orient2d(q.0, q.1, p.0), orient2d(q.0, q.1, p.1));
    if p0 == p1 && p0 != Collinear {
        return Meeting::Apart;
    }
    let (q0, q1) = (orient2d(p.0, p.1, q.0), orient2d(p.0, p.1, q.1));
    if q0 == q1 && q0 != Collinear {
        return Meeting::Apart;
    }
    if p0 == Collinear && p1 == Collinear {
        return collinear_meeting(p, q);
    }
    // An end that lies on the other's line lies on the other segment itself: both ends of either lie on different sides or on it.
    for (on, end) in [(p0, p.0), (p1, p.1), (q0, q.0), (q1, q.1)] {
        if on == Collinear {
            return Meeting::Touch(end);
        }
    }
    let (u, v, w) = (p.1 - p.0, q.1 - q.0, q.0 - p.0);
    let t = (w.x * v.y - w.y * v.x) / (u.x * v.y - u.y * v.x);
    let place = p.0 + u * t;
    Meeting::Cross(if place.x.is_finite() && place.y.is_finite() { place } else { p.0 })
}

fn collinear_meeting(p: Segment, q: Segment) -> Meeting {
    let key = |c: &Coord<f64>| (c.x, c.y);
    let sorted = |s: Segment| {
        if key(&s.0) <= key(&s.1) { s } else { (s.1, s.0) }
    };
    let (p, q) = (sorted(p), sorted(q));
    let start = if key(&p.0) >= key(&q.0) { p.0 } else { q.0 };
    let end = if key(&p.1) <= key(&q.1) { p.1 } else { q.1 };
    match key(&start).partial_cmp(&key(&end)) {
        Some(std::cmp::Ordering::Less) => Meeting::Overlap(start),
        Some(std::cmp::Ordering::Equal) => Meeting::Touch(start),
        _ => Meeting::Apart,
    }
}

/// A closed ring with its box and, when it is long and asked often, an index of its segments.
pub(crate) struct RingView<'a> {
    coords: &'a [Coord<f64>],
    ring: &'a LineString<f64>,
    bounds: Rect<f64>,
    index: OnceCell<PackedIndex>,
}

impl<'a> RingView<'a> {
    pub(crate) fn new(ring: &'a LineString<f64>) -> Option<RingView<'a>> {
        Some(RingView { coords: &ring.0, ring, bounds: bounds(&ring.0)?, index: OnceCell::new() })
    }

    fn segments(&self) -> usize {
        self.coords.len() - 1
    }

    fn segment(&self, i: usize) -> Segment {
        (self.coords[i], self.coords[i + 1])
    }

    fn index(&self) -> &PackedIndex {
        self.index.get_or_init(|| PackedIndex::build(self.coords.windows(2).map(|w| Rect::new(w[0], w[1]))))
    }

    /// Closed, three distinct vertices, none twice in a row, and no two segments meeting but neighbours at their common vertex.
    fn check_simple(&self) -> Result<(), Fault> {
        let n = self.segments();
        if n < 3 || self.coords[0] != self.coords[n] {
            return Fault::at(FaultKind::Degenerate, self.coords[0]);
        }
        if let Some(w) = self.coords.windows(2).find(|w| w[0] == w[1]) {
            return Fault::at(FaultKind::Degenerate, w[0]);
        }
        let check = |i: usize, j: usize| -> Result<(), Fault> {
            let neighbours = j == i + 1 || (i == 0 && j == n - 1);
            match meeting(self.segment(i), self.segment(j)) {
                Meeting::Apart => Ok(()),
                Meeting::Touch(_) if neighbours => Ok(()),
                Meeting::Touch(c) | Meeting::Cross(c) | Meeting::Overlap(c) => Fault::at(FaultKind::SelfIntersection, c),
            }
        };
        if n <= BRUTE {
            return (0..n).try_for_each(|i| (i + 1..n).try_for_each(|j| check(i, j)));
        }
        let mut result = Ok(());
        for i in 0..n {
            let (a, b) = self.segment(i);
            self.index().for_each(Rect::new(a, b), |j| {
                if j > i && result.is_ok() {
                    result = check(i, j);
                }
            });
            if result.is_err() {
                break;
            }
        }
        result
    }

    /// Every meeting of a segment of this ring with one of the other, until `visit` fails.
    fn meet(&self, other: &RingView, visit: &mut impl FnMut(Meeting) -> Result<(), Fault>) -> Result<(), Fault> {
        if !self.bounds.intersects(&other.bounds) {
            return Ok(());
        }
        let (few, many) = if self.segments() <= other.segments() { (self, other) } else { (other, self) };
        let mut result = Ok(());
        for i in 0..few.segments() {
            let p = few.segment(i);
            let hull = Rect::new(p.0, p.1);
            if !hull.intersects(&many.bounds) {
                continue;
            }
            let mut one = |j: usize| {
                if result.is_ok() {
                    match meeting(p, many.segment(j)) {
                        Meeting::Apart => {}
                        met => result = visit(met),
                    }
                }
            };
            if many.segments() <= BRUTE {
                (0..many.segments()).for_each(&mut one);
            } else {
                many.index().for_each(hull, &mut one);
            }
            result?;
        }
        result
    }

    fn position(&self, c: Coord<f64>) -> CoordPos {
        if self.bounds.intersects(&c) { coord_pos_relative_to_ring(c, self.ring) } else { CoordPos::Outside }
    }

    /// Points of the ring that tell on which side of another boundary it runs. One vertex is enough when the two do not touch;
    /// if they do, every vertex, and the middle of every segment (for those whose two ends are touching points).
    fn witnesses(&self, touching: Touching) -> impl Iterator<Item = Coord<f64>> + '_ {
        let vertices = match touching {
            Touching::No => 1,
            Touching::Yes => self.segments(),
        };
        let middles = match touching {
            Touching::No => 0,
            Touching::Yes => self.segments(),
        };
        self.coords[..vertices].iter().copied().chain(self.coords.windows(2).take(middles).map(|w| (w[0] + w[1]) / 2.0))
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Touching {
    No,
    Yes,
}

/// Whether the polygons are a valid surface, but for orientation.
pub(crate) fn inspect(polygons: &[Polygon<f64>]) -> Result<(), Fault> {
    polygons.iter().try_for_each(inspect_polygon)?;
    inspect_parts(polygons)
}

/// Whether one polygon is valid, but for orientation.
pub(crate) fn inspect_polygon(polygon: &Polygon<f64>) -> Result<(), Fault> {
    let exterior = RingView::new(polygon.exterior());
    let Some(exterior) = exterior else {
        return Fault::at(FaultKind::Degenerate, Coord::zero());
    };
    exterior.check_simple()?;
    if polygon.interiors().is_empty() {
        return Ok(());
    }
    let views: Vec<RingView> = std::iter::once(exterior).chain(polygon.interiors().iter().filter_map(RingView::new)).collect();
    views[1..].iter().try_for_each(RingView::check_simple)?;

    let mut touches = Touches::new(views.len());
    for (i, j) in meeting_boxes(views.iter().map(|v| v.bounds)) {
        let (a, b) = (&views[i], &views[j]);
        let mut touching = Touching::No;
        a.meet(b, &mut |met| match met {
            Meeting::Touch(c) => {
                touching = Touching::Yes;
                touches.add(i, j, c)
            }
            Meeting::Cross(c) | Meeting::Overlap(c) => Fault::at(FaultKind::MisplacedHole, c),
            Meeting::Apart => Ok(()),
        })?;
        // i < j: the exterior, number 0, can only be `a`.
        let wrong = if i == 0 { CoordPos::Outside } else { CoordPos::Inside };
        if let Some(c) = b.witnesses(touching).find(|&c| a.position(c) == wrong) {
            return Fault::at(FaultKind::MisplacedHole, c);
        }
        if i > 0
            && let Some(c) = a.witnesses(touching).find(|&c| b.position(c) == wrong)
        {
            return Fault::at(FaultKind::MisplacedHole, c);
        }
    }
    // A hole whose box does not even meet the exterior's has not been looked at.
    match views[1..].iter().find(|hole| !hole.bounds.intersects(&views[0].bounds)) {
        Some(outside) => Fault::at(FaultKind::MisplacedHole, outside.coords[0]),
        None => Ok(()),
    }
}

/// Whether a ring that crosses no other lies inside another, touching it at most.
pub(crate) fn lies_in(ring: &LineString<f64>, other: &LineString<f64>) -> bool {
    let (Some(ring), Some(other)) = (RingView::new(ring), RingView::new(other)) else { return false };
    let side = ring.witnesses(Touching::Yes).map(|c| other.position(c)).find(|&side| side != CoordPos::OnBoundary);
    side == Some(CoordPos::Inside)
}

/// Whether valid polygons share at most points.
pub(crate) fn inspect_parts(polygons: &[Polygon<f64>]) -> Result<(), Fault> {
    if polygons.len() < 2 {
        return Ok(());
    }
    let parts: Vec<Vec<RingView>> = polygons.iter().map(|p| rings(p).filter_map(RingView::new).collect()).collect();
    if parts.iter().any(Vec::is_empty) {
        return Fault::at(FaultKind::Degenerate, Coord::zero());
    }
    for (i, j) in meeting_boxes(parts.iter().map(|rings| rings[0].bounds)) {
        let (a, b) = (&parts[i], &parts[j]);
        let mut touching = Touching::No;
        for ring in a {
            for other in b {
                ring.meet(other, &mut |met| match met {
                    Meeting::Touch(_) => {
                        touching = Touching::Yes;
                        Ok(())
                    }
                    Meeting::Cross(c) | Meeting::Overlap(c) => Fault::at(FaultKind::OverlappingParts, c),
                    Meeting::Apart => Ok(()),
                })?;
            }
        }
        for (one, other) in [(a, b), (b, a)] {
            let mut witnesses = one.iter().flat_map(|ring| ring.witnesses(touching));
            if let Some(c) = witnesses.find(|&c| inside(other, c)) {
                return Fault::at(FaultKind::OverlappingParts, c);
            }
        }
    }
    Ok(())
}

/// Strictly inside the polygon of these rings, the exterior first.
fn inside(rings: &[RingView], c: Coord<f64>) -> bool {
    rings[0].position(c) == CoordPos::Inside && rings[1..].iter().all(|hole| hole.position(c) == CoordPos::Outside)
}

/// Pairs `(i, j)`, `i < j`, of boxes that meet.
pub(crate) fn meeting_boxes(boxes: impl Iterator<Item = Rect<f64>>) -> Vec<(usize, usize)> {
    let boxes: Vec<Rect<f64>> = boxes.collect();
    let mut pairs = Vec::new();
    if boxes.len() <= BRUTE {
        for i in 0..boxes.len() {
            pairs.extend((i + 1..boxes.len()).filter(|&j| boxes[i].intersects(&boxes[j])).map(|j| (i, j)));
        }
        return pairs;
    }
    let index = PackedIndex::build(boxes.iter().copied());
    for (i, b) in boxes.iter().enumerate() {
        index.for_each(*b, |j| {
            if j > i {
                pairs.push((i, j));
            }
        });
    }
    // The index answers in no particular order; the first fault found must not depend on it.
    pairs.sort_unstable();
    pairs
}

/// Which rings touch where: when rings and touching points form a cycle, the interior is cut in two.
struct Touches {
    parent: Vec<usize>,
    points: Vec<(Coord<f64>, usize)>,
    edges: Vec<(usize, usize)>,
}

impl Touches {
    fn new(rings: usize) -> Touches {
        Touches { parent: (0..rings).collect(), points: Vec::new(), edges: Vec::new() }
    }

    fn root(&self, mut i: usize) -> usize {
        while self.parent[i] != i {
            i = self.parent[i];
        }
        i
    }

    fn add(&mut self, a: usize, b: usize, c: Coord<f64>) -> Result<(), Fault> {
        let known = self.points.iter().find(|(p, _)| *p == c).map(|(_, node)| *node);
        let node = known.unwrap_or_else(|| {
            self.parent.push(self.parent.len());
            self.points.push((c, self.parent.len() - 1));
            self.parent.len() - 1
        });
        for ring in [a, b] {
            if self.edges.contains(&(ring, node)) {
                continue;
            }
            self.edges.push((ring, node));
            let (x, y) = (self.root(ring), self.root(node));
            if x == y {
                return Fault::at(FaultKind::MisplacedHole, c);
            }
            self.parent[x] = y;
        }
        Ok(())
    }
}
