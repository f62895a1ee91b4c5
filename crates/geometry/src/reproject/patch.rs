//! The projection for whole cities at once: within a small cell of degrees it is a polynomial of the third degree to a nanometre, so
//! each cell is worked out once, at sixteen places, and every place in it takes a few products.
//!
//! Which polynomial tells a place is decided by the place alone: it comes out the same to the last bit whatever came before it, in
//! whichever thread, so that neighbours keep their common vertices.

use std::cell::RefCell;

use geo::Coord;

use super::gauss_kruger::GaussKruger;

/// Cells in a degree. The terms of the fourth degree that are left out come to less than a nanometre in a cell of this size up to
/// [`TEMPERATE`].
const CELLS_A_DEGREE: f64 = 64.0;
/// Up to which latitude, degrees: towards the pole the tangent runs away from a polynomial.
const TEMPERATE: f64 = 70.0;
/// Cells that are remembered, along each side of a square: half as many degrees again as a city is wide would fit.
const REMEMBERED: usize = 64;

/// A pair of polynomials in `u` and `v`, which run from −1 to 1 from west to east and from south to north of a cell; easting and
/// northing side by side, so that one instruction serves both.
#[derive(Debug)]
struct Patch {
    cell: (i32, i32),
    /// Factors of 1, u, v, u², uv, v², u³, u²v, uv², v³.
    factors: [[f64; 2]; 10],
}

/// The cells that this thread met of late, each in the place that its numbers give it.
#[derive(Debug)]
pub(super) struct Patches {
    strip: GaussKruger,
    patches: Vec<Option<Box<Patch>>>,
}

thread_local! {
    static PATCHES: RefCell<Option<Patches>> = const { RefCell::new(None) };
}

/// Runs `work` with the cells that this thread knows of a strip. `work` must not ask for them again.
pub(super) fn with_patches<T>(strip: GaussKruger, work: impl FnOnce(&mut Patches) -> T) -> T {
    PATCHES.with_borrow_mut(|known| {
        let _ = known.take_if(|known| known.strip != strip);
        work(known.get_or_insert_with(|| Patches::of(strip)))
    })
}

impl Patches {
    fn of(strip: GaussKruger) -> Patches {
        Patches { strip, patches: (0..REMEMBERED * REMEMBERED).map(|_| None).collect() }
    }

    /// Easting and northing in metres of longitude and latitude in degrees; `None` outside the strip.
    pub(super) fn forward(&mut self, place: Coord<f64>) -> Option<Coord<f64>> {
        if !self.strip.holds(place) {
            return None;
        }
        if place.y.abs() > TEMPERATE {
            return self.strip.forward(place);
        }
        let cell = (number_of(place.x), number_of(place.y));
        let slot = slot_of(cell);
        if self.patches[slot].as_ref().is_none_or(|patch| patch.cell != cell) {
            // A cell may reach over the edge of the strip, where there is nothing to be met.
            match Patch::of(self.strip, cell) {
                Some(patch) => self.patches[slot] = Some(Box::new(patch)),
                None => return self.strip.forward(place),
            }
        }
        self.patches[slot].as_ref().map(|patch| patch.forward(place))
    }
}

/// The number of the cell that a longitude or latitude lies in.
fn number_of(degrees: f64) -> i32 {
    // Above zero everywhere, where cutting off is rounding down.
    const SHIFT: f64 = 180.0 * CELLS_A_DEGREE;
    (degrees * CELLS_A_DEGREE + SHIFT) as i32
}

/// The middle of a cell along one axis, degrees.
fn middle_of(cell: i32) -> f64 {
    (f64::from(cell) + 0.5) / CELLS_A_DEGREE - 180.0
}

fn slot_of((x, y): (i32, i32)) -> usize {
    let within = |number: i32| number.unsigned_abs() as usize % REMEMBERED;
    within(y) * REMEMBERED + within(x)
}

impl Patch {
    /// The polynomials that meet the projection at four times four places of a cell, those between which a polynomial strays
    /// least (the zeros of the fourth Chebyshev polynomial).
    fn of(strip: GaussKruger, cell: (i32, i32)) -> Option<Patch> {
        let middle = Coord { x: middle_of(cell.0), y: middle_of(cell.1) };
        let there = strip.forward(middle)?;
        let nodes = [1.0, 3.0, 5.0, 7.0].map(|odd: f64| (odd * std::f64::consts::PI / 8.0).cos());
        // Factors of the products of Chebyshev polynomials, of those that together are of the third degree at most.
        let mut factors = [[[0.0; 2]; 4]; 4];
        for u in nodes {
            for v in nodes {
                let place = Coord { x: u, y: v } / (2.0 * CELLS_A_DEGREE) + middle;
                // From the middle, so that differences keep their digits.
                let off = strip.forward(place)? - there;
                for (i, of_u) in chebyshev(u).into_iter().enumerate() {
                    for (j, of_v) in chebyshev(v).into_iter().enumerate().take(4 - i) {
                        let share = of_u * of_v * if i == 0 { 0.25 } else { 0.5 } * if j == 0 { 0.25 } else { 0.5 };
                        factors[i][j][0] += off.x * share;
                        factors[i][j][1] += off.y * share;
                    }
                }
            }
        }
        // 1, t, 2t² − 1, 4t³ − 3t written out.
        let powers = |along: usize| {
            let t = |i: usize, j: usize| factors[i][j][along];
            [
                t(0, 0) - t(2, 0) - t(0, 2),
                t(1, 0) - 3.0 * t(3, 0) - t(1, 2),
                t(0, 1) - 3.0 * t(0, 3) - t(2, 1),
                2.0 * t(2, 0),
                t(1, 1),
                2.0 * t(0, 2),
                4.0 * t(3, 0),
                2.0 * t(2, 1),
                2.0 * t(1, 2),
                4.0 * t(0, 3),
            ]
        };
        let (east, north) = (powers(0), powers(1));
        let mut factors: [[f64; 2]; 10] = std::array::from_fn(|at| [east[at], north[at]]);
        factors[0][0] += there.x;
        factors[0][1] += there.y;
        Some(Patch { cell, factors })
    }

    fn forward(&self, place: Coord<f64>) -> Coord<f64> {
        let u = (place.x - middle_of(self.cell.0)) * (2.0 * CELLS_A_DEGREE);
        let v = (place.y - middle_of(self.cell.1)) * (2.0 * CELLS_A_DEGREE);
        let [one, of_u, of_v, of_uu, of_uv, of_vv, of_uuu, of_uuv, of_uvv, of_vvv] = &self.factors;
        let [x, y] = std::array::from_fn(|at| {
            let along_u = of_u[at] + u * (of_uu[at] + u * of_uuu[at] + v * of_uuv[at]) + v * (of_uv[at] + v * of_uvv[at]);
            one[at] + (u * along_u + v * (of_v[at] + v * (of_vv[at] + v * of_vvv[at])))
        });
        Coord { x, y }
    }
}

/// The first four Chebyshev polynomials.
fn chebyshev(t: f64) -> [f64; 4] {
    [1.0, t, 2.0 * t * t - 1.0, (4.0 * t * t - 3.0) * t]
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::crs::Crs;
    use crate::reproject::with_reprojector;

    fn strip() -> GaussKruger {
        GaussKruger::between(Crs::CGCS2000, Crs::CGCS2000_GK_120E).unwrap()
    }

    fn apart(one: Coord<f64>, other: Coord<f64>) -> f64 {
        (one.x - other.x).abs().max((one.y - other.y).abs())
    }

    #[test]
    fn it_agrees_with_proj_to_a_tenth_of_a_micrometre_all_over_the_strip() {
        let mut worst = 0.0_f64;
        let mut patches = Patches::of(strip());
        for i in 0..=160 {
            for j in 0..=160 {
                let place = Coord { x: 116.0 + f64::from(i) * 0.05, y: -80.0 + f64::from(j) };
                let ours = patches.forward(place).unwrap();
                let proj = with_reprojector(Crs::CGCS2000, Crs::CGCS2000_GK_120E, |r| r.point(place.x_y())).unwrap().unwrap();
                worst = worst.max(apart(ours, proj.into()));
            }
        }
        assert!(worst < 1e-7, "{worst:e}");
    }

    #[test]
    fn it_strays_from_the_series_by_a_few_nanometres_at_most() {
        let (mut worst, mut patches) = (0.0_f64, Patches::of(strip()));
        // Corners, edges and inside of cells, from the equator to the farthest latitude, from meridian to edge.
        for latitude in [0.0, 15.0, 30.5, 45.0, 60.0, 69.9] {
            for longitude in [116.1, 118.0, 119.99, 120.7, 123.9] {
                for step in 0..600 {
                    let turn = f64::from(step) * 2.399;
                    let place = Coord { x: longitude + 0.02 * turn.cos(), y: latitude + 0.02 * turn.sin() };
                    worst = worst.max(apart(patches.forward(place).unwrap(), strip().forward(place).unwrap()));
                }
            }
        }
        assert!(worst < 5e-9, "{worst:e}");
    }

    #[test]
    fn a_place_comes_out_the_same_to_the_last_bit_whatever_came_before_it() {
        let mut known = Patches::of(strip());
        // A walk over the strip in steps of 30 m to 20 km, with a leap now and then.
        let (mut place, mut turn) = (Coord { x: 116.3, y: -69.0 }, 0.0_f64);
        for step in 0..10_000 {
            turn += 2.399;
            let width = [0.0003, 0.004, 0.05, 0.18][step % 4];
            place = Coord { x: place.x + width * (0.4 + turn.cos()), y: place.y + width * (0.2 + turn.sin()) };
            if !(116.0..124.0).contains(&place.x) || place.y > 79.5 {
                place = Coord { x: 116.0 + (step % 80) as f64 / 10.0, y: -79.5 + (step % 150) as f64 };
            }
            assert_eq!(known.forward(place), Patches::of(strip()).forward(place), "{place:?}");
        }
    }

    #[test]
    fn where_cells_meet_places_lie_side_by_side() {
        let (mut patches, edge) = (Patches::of(strip()), 120.5 + 7.0 / CELLS_A_DEGREE);
        for y in [30.0_f64, 30.0 + 1.0 / CELLS_A_DEGREE, 30.875] {
            for x in [edge, 120.601] {
                let (below, above) = (Coord { x: x.next_down(), y: y.next_down() }, Coord { x: x.next_up(), y: y.next_up() });
                let (below, above) = (patches.forward(below).unwrap(), patches.forward(above).unwrap());
                assert!(apart(below, above) < 4e-9, "{below:?} {above:?}");
            }
        }
    }

    #[test]
    fn what_the_strip_does_not_hold_has_no_image() {
        let mut patches = Patches::of(strip());
        for place in [(124.1, 30.0), (115.9, 30.0), (120.0, 85.0), (f64::NAN, 30.0), (120.0, f64::INFINITY)] {
            assert!(patches.forward(place.into()).is_none(), "{place:?}");
        }
        // At the very edge the cell has places without an image, and the place has one.
        assert!(patches.forward(Coord { x: 124.0, y: 30.0 }).is_some());
    }
}
