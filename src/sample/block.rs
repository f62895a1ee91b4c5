//! A block between roads and its division into the lots of parcels: columns from street to street, mostly with a front and a back lot,
//! cuts often askew, some lots L-shaped, a few cut by a ditch or with a hole. Lots of a block share their edges exactly.

use geo::Coord;

use super::dice::Dice;
use super::plane::{Frame, Local, node};

/// Least and greatest lot, local square metres (5 and 120 亩).
const LOT_MIN: f64 = 5.0 * 2000.0 / 3.0;
const LOT_MAX: f64 = 120.0 * 2000.0 / 3.0;

/// A rectangle in local metres.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Rect {
    pub(super) u0: f64,
    pub(super) v0: f64,
    pub(super) u1: f64,
    pub(super) v1: f64,
}

impl Rect {
    pub(super) fn width(self) -> f64 {
        self.u1 - self.u0
    }

    pub(super) fn height(self) -> f64 {
        self.v1 - self.v0
    }

    pub(super) fn area(self) -> f64 {
        self.width().max(0.0) * self.height().max(0.0)
    }

    pub(super) fn inset(self, by: f64) -> Rect {
        Rect { u0: self.u0 + by, v0: self.v0 + by, u1: self.u1 - by, v1: self.v1 - by }
    }
}

/// The ground of one parcel, or of a piece of a block that was never supplied.
pub(super) struct Lot {
    /// Outer rings, open, counter-clockwise, EPSG:4549: two where a ditch runs through.
    pub(super) rings: Vec<Vec<Coord<f64>>>,
    /// Hole in the first ring, open.
    pub(super) hole: Option<Vec<Coord<f64>>>,
    /// Rectangles along the block inside the lot, local metres, on which buildings can stand.
    pub(super) cores: Vec<Rect>,
    /// Local area, square metres.
    pub(super) area: f64,
}

/// A block with its lots.
pub(super) struct Block {
    pub(super) column: i64,
    pub(super) row: i64,
    pub(super) rect: Rect,
    pub(super) lots: Vec<Lot>,
}

/// A lot with straight sides in local metres: corners at (0,0), (1,0), (1,1), (0,1) of the block's own directions.
#[derive(Clone, Copy)]
struct Quad([Local; 4]);

impl Quad {
    fn at(&self, s: f64, t: f64) -> Local {
        let [a, b, c, d] = self.0;
        let mix = |p: f64, q: f64, r: f64, w: f64| p * (1.0 - s) * (1.0 - t) + q * s * (1.0 - t) + r * s * t + w * (1.0 - s) * t;
        (mix(a.0, b.0, c.0, d.0), mix(a.1, b.1, c.1, d.1))
    }

    fn part(&self, s: (f64, f64), t: (f64, f64)) -> Quad {
        Quad([self.at(s.0, t.0), self.at(s.1, t.0), self.at(s.1, t.1), self.at(s.0, t.1)])
    }

    /// The largest rectangle along the block that is simple to name.
    fn core(&self) -> Rect {
        let [a, b, c, d] = self.0;
        Rect { u0: a.0.max(d.0), v0: a.1.max(b.1), u1: b.0.min(c.0), v1: c.1.min(d.1) }
    }

    fn area(&self) -> f64 {
        ring_area(&self.0)
    }
}

fn ring_area(ring: &[Local]) -> f64 {
    let origin = ring[0];
    let mut sum = 0.0;
    for (index, a) in ring.iter().enumerate() {
        let b = ring[(index + 1) % ring.len()];
        sum += (a.0 - origin.0) * (b.1 - origin.1) - (b.0 - origin.0) * (a.1 - origin.1);
    }
    sum / 2.0
}

/// A lot before its corners are placed in the plane.
struct Draft {
    rings: Vec<Vec<Local>>,
    hole: Option<Vec<Local>>,
    cores: Vec<Rect>,
}

impl Draft {
    fn of(quad: Quad) -> Draft {
        Draft { rings: vec![quad.0.to_vec()], hole: None, cores: vec![quad.core()] }
    }
}

/// Divides a block.
pub(super) fn divide(column: i64, row: i64, rect: Rect, frame: Frame, dice: &mut Dice) -> Block {
    let mut drafts = Vec::new();
    for quad in quads(rect, dice) {
        shape(quad, dice, &mut drafts);
    }
    let mut rings: Vec<Vec<Coord<f64>>> = drafts.iter().flat_map(|draft| &draft.rings).map(|ring| frame.ring(ring)).collect();
    node(&mut rings);
    let mut rings = rings.into_iter();
    let lots = drafts
        .into_iter()
        .map(|draft| Lot {
            area: draft.rings.iter().map(|ring| ring_area(ring)).sum::<f64>()
                - draft.hole.as_deref().map_or(0.0, |hole| ring_area(hole).abs()),
            rings: rings.by_ref().take(draft.rings.len()).collect(),
            hole: draft.hole.map(|hole| frame.ring(&hole)),
            cores: draft.cores,
        })
        .collect();
    Block { column, row, rect, lots }
}

/// Columns, and in most of them a front and a back.
fn quads(rect: Rect, dice: &mut Dice) -> Vec<Quad> {
    let (width, height) = (rect.width(), rect.height());
    let mean = dice.weighted(&[((7.0, 14.0), 2.0), ((14.0, 32.0), 5.0), ((32.0, 80.0), 4.5)]);
    let mean = dice.between(mean.0, mean.1) * 2000.0 / 3.0;
    let wanted = (rect.area() / mean).round().max((rect.area() / (LOT_MAX * 0.8)).ceil()).clamp(1.0, 14.0);
    let deep = wanted < 3.0 || (height < 190.0 && wanted < 5.0);
    let columns = if deep { wanted } else { (wanted / 2.0).ceil() }.min((width / 48.0).floor()).max(1.0) as usize;
    let weights: Vec<f64> = (0..columns).map(|_| dice.between(0.75, 1.3)).collect();
    let total: f64 = weights.iter().sum();
    let mut cuts = vec![(rect.u0, rect.u0)];
    let mut sum = 0.0;
    for weight in &weights[..columns - 1] {
        sum += weight;
        let at = rect.u0 + width * sum / total;
        let skew = if dice.chance(0.35) { dice.between(-9.0, 9.0) } else { 0.0 };
        cuts.push((at - skew, at + skew));
    }
    cuts.push((rect.u1, rect.u1));
    let common = dice.between(0.4, 0.6);
    let staggered = dice.chance(0.45);
    let mut quads = Vec::new();
    for index in 0..columns {
        let (left, right) = (cuts[index], cuts[index + 1]);
        let column = Quad([(left.0, rect.v0), (right.0, rect.v0), (right.1, rect.v1), (left.1, rect.v1)]);
        let area = column.area();
        let whole = deep || (dice.chance(0.12) && area < LOT_MAX * 0.95) || area < 2.4 * LOT_MIN;
        if whole {
            quads.push(column);
            continue;
        }
        let (low, high) = if staggered {
            let at = dice.between(0.36, 0.64);
            let skew = if dice.chance(0.5) { dice.between(-0.03, 0.03) } else { 0.0 };
            (at - skew, at + skew)
        } else {
            (common, common)
        };
        let (p, q) = (column.at(0.0, low), column.at(1.0, high));
        let [a, b, c, d] = column.0;
        quads.push(Quad([a, b, q, p]));
        quads.push(Quad([p, q, c, d]));
    }
    quads
}

/// Gives a quad its final outline: most stay as they are.
fn shape(quad: Quad, dice: &mut Dice, out: &mut Vec<Draft>) {
    let area = quad.area();
    let draw = dice.between(0.0, 1.0);
    if draw < 0.10 && area > 4.5 * LOT_MIN {
        let (a, b) = (dice.between(0.38, 0.52), dice.between(0.42, 0.56));
        // The small lot takes one of the four corners; mirroring keeps rings counter-clockwise.
        let (s, t) =
            (if dice.chance(0.5) { (0.0, a) } else { (1.0 - a, 1.0) }, if dice.chance(0.5) { (0.0, b) } else { (1.0 - b, 1.0) });
        out.push(Draft::of(quad.part(s, t)));
        let arm_s = if s.0 == 0.0 { (s.1, 1.0) } else { (0.0, s.0) };
        let arm_t = if t.0 == 0.0 { (t.1, 1.0) } else { (0.0, t.0) };
        let corners = [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)];
        let cut = (if s.0 == 0.0 { 0.0 } else { 1.0 }, if t.0 == 0.0 { 0.0 } else { 1.0 });
        let inner = (if s.0 == 0.0 { s.1 } else { s.0 }, if t.0 == 0.0 { t.1 } else { t.0 });
        let mut ring = Vec::new();
        for corner in corners {
            if corner != cut {
                ring.push(quad.at(corner.0, corner.1));
                continue;
            }
            let along_bottom_first = (cut.0 == 0.0) != (cut.1 == 0.0);
            let (on_s, on_t) = (quad.at(inner.0, cut.1), quad.at(cut.0, inner.1));
            let middle = quad.at(inner.0, inner.1);
            ring.extend(if along_bottom_first { [on_s, middle, on_t] } else { [on_t, middle, on_s] });
        }
        let cores = vec![quad.part(arm_s, (0.0, 1.0)).core(), quad.part(s, arm_t).core()];
        out.push(Draft { rings: vec![ring], hole: None, cores });
    } else if draw < 0.106 && area > 3.0 * LOT_MIN {
        let at = dice.between(0.35, 0.65);
        let gap = dice.between(6.0, 9.0) / (quad.core().height().max(60.0));
        let (low, high) = (quad.part((0.0, 1.0), (0.0, at - gap / 2.0)), quad.part((0.0, 1.0), (at + gap / 2.0, 1.0)));
        out.push(Draft { rings: vec![low.0.to_vec(), high.0.to_vec()], hole: None, cores: vec![low.core(), high.core()] });
    } else if draw < 0.114 && area > 4.0 * LOT_MIN {
        let core = quad.core();
        let (u, v) = (core.u0 + core.width() * 0.5, core.v0 + core.height() * 0.5);
        let (du, dv) = (dice.between(8.0, 14.0), dice.between(6.0, 12.0));
        let hole = vec![(u - du, v - dv), (u - du, v + dv), (u + du, v + dv), (u + du, v - dv)];
        let cores = vec![Rect { u1: u - du, ..core }, Rect { u0: u + du, ..core }];
        out.push(Draft { rings: vec![quad.0.to_vec()], hole: Some(hole), cores });
    } else {
        out.push(Draft::of(quad));
    }
}
