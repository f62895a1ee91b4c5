//! A tiling has no fault; a lot that is moved makes exactly the overlap and the strip that were moved.

#![allow(clippy::unwrap_used)]

use mujun_geometry::geo::{Coord, LineString, MultiPolygon, Polygon};
use mujun_geometry::surface::Surface;
use proptest::prelude::*;

use super::*;
use crate::city::ground::{PLANE, PlanarGround};

const TOLERANCE: TopologyTolerance = TopologyTolerance {
    same_min_share: 0.999_999,
    nearly_same_min_share: 0.98,
    overlap_min_m2: 0.01,
    gap_min_width_m: 0.01,
    gap_max_width_m: 0.5,
    gap_min_length_m: 1.0,
    sliver_min_m2: 5.0,
    sliver_min_width_m: 0.5,
};

/// Where the fabric lies, and how it is turned.
#[derive(Clone, Copy, Debug)]
struct Frame {
    degrees: f64,
}

impl Frame {
    fn at(self, x: f64, y: f64) -> Coord<f64> {
        let (sin, cos) = self.degrees.to_radians().sin_cos();
        Coord { x: 571_815.366 + x * cos - y * sin, y: 3_403_497.826 + x * sin + y * cos }
    }

    fn lot(self, west: f64, south: f64, east: f64, north: f64) -> PlanarGround {
        let ring = [(west, south), (east, south), (east, north), (west, north), (west, south)];
        let ring = LineString(ring.into_iter().map(|(x, y)| self.at(x, y)).collect());
        let surface = Surface::from_trusted(MultiPolygon(vec![Polygon::new(ring, vec![])]), PLANE).unwrap();
        let planar_m2 = mujun_geometry::area::planar_area(&surface);
        PlanarGround { surface, planar_m2, ellipsoidal_m2: planar_m2 }
    }
}

fn found(lots: &[PlanarGround], checks: Checks) -> Topology {
    let numbers = (0..).take(lots.len()).collect();
    let window = Window { grounds: GroundIndex::new(lots), roles: vec![Role::Home; lots.len()], numbers };
    examine(&window, checks, &TOLERANCE)
}

/// Cuts of a side into lots of 8 to 60 m.
fn cuts() -> impl Strategy<Value = Vec<f64>> {
    prop::collection::vec(8.0..60.0f64, 2..7).prop_map(|lengths| {
        let mut cuts = vec![0.0];
        lengths.iter().for_each(|length| cuts.push(cuts[cuts.len() - 1] + length));
        cuts
    })
}

fn tiling(frame: Frame, across: &[f64], up: &[f64]) -> Vec<PlanarGround> {
    let rows = up.windows(2);
    rows.flat_map(|row| across.windows(2).map(move |lot| frame.lot(lot[0], row[0], lot[1], row[1]))).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn a_perfect_tiling_has_no_fault(across in cuts(), up in cuts(), degrees in -90.0..90.0f64) {
        let lots = tiling(Frame { degrees }, &across, &up);
        prop_assert_eq!(found(&lots, Checks::Tiling), Topology::default());
    }

    #[test]
    fn a_lot_that_is_moved_makes_the_overlap_and_the_strip_that_it_was_moved_by(
        across in cuts(), up in cuts(), degrees in -90.0..90.0f64, by in 0.02..0.49f64, at in any::<prop::sample::Index>(),
    ) {
        let frame = Frame { degrees };
        let mut lots = tiling(frame, &across, &up);
        let columns = across.len() - 1;
        let moved = at.index(lots.len());
        let (column, row) = (moved % columns, moved / columns);
        let (west, east) = (across[column] + by, across[column + 1] + by);
        lots[moved] = frame.lot(west, up[row], east, up[row + 1]);
        let height = up[row + 1] - up[row];
        let seen = found(&lots, Checks::Tiling);
        if column + 1 < columns {
            prop_assert_eq!(seen.meetings.len(), 1);
            let meeting = seen.meetings[0];
            prop_assert_eq!([meeting.one, meeting.other], [moved, moved + 1]);
            prop_assert!((meeting.common_m2 - by * height).abs() < 1e-4, "{} for {}", meeting.common_m2, by * height);
        } else {
            prop_assert!(seen.meetings.is_empty());
        }
        if column > 0 {
            prop_assert_eq!(seen.gaps.len(), 1);
            let gap = seen.gaps[0];
            prop_assert_eq!([gap.one, gap.other], [moved - 1, moved]);
            prop_assert!((gap.length_m - height).abs() < 1e-5 && (gap.area_m2 - by * height).abs() < 1e-4, "{gap:?}");
        } else {
            prop_assert!(seen.gaps.is_empty(), "{:?}", seen.gaps);
        }
        prop_assert!(seen.slivers.is_empty());
    }

    #[test]
    fn windows_find_together_what_one_window_finds(
        places in prop::collection::vec((0.0..200.0f64, 0.0..200.0f64, 5.0..60.0f64, 5.0..60.0f64, any::<bool>()), 1..40),
    ) {
        let frame = Frame { degrees: 17.0 };
        let lots: Vec<PlanarGround> = places.iter().map(|(x, y, w, h, _)| frame.lot(*x, *y, x + w, y + h)).collect();
        let whole = found(&lots, Checks::Tiling);
        let numbers: Vec<i64> = (0..).take(lots.len()).collect();
        let mut together = Topology::default();
        for window in [true, false] {
            let roles = places.iter().map(|place| if place.4 == window { Role::Home } else { Role::Elsewhere }).collect();
            let window = Window { grounds: GroundIndex::new(&lots), roles, numbers: numbers.clone() };
            let mut part = examine(&window, Checks::Tiling, &TOLERANCE);
            together.meetings.append(&mut part.meetings);
            together.gaps.append(&mut part.gaps);
            together.slivers.append(&mut part.slivers);
        }
        together.meetings.sort_by_key(|meeting| (meeting.one, meeting.other));
        together.gaps.sort_by_key(|gap| (gap.one, gap.other));
        together.slivers.sort_by_key(|sliver| sliver.0);
        prop_assert_eq!(together, whole);
    }
}

const STRAIGHT: Frame = Frame { degrees: 0.0 };

#[test]
fn what_lies_in_a_strip_makes_it_none_and_is_a_sliver_itself() {
    let beside = [STRAIGHT.lot(0.0, 0.0, 20.0, 30.0), STRAIGHT.lot(20.3, 0.0, 40.0, 30.0)];
    assert_eq!(found(&beside, Checks::Tiling).gaps.len(), 1);
    let filled = [beside[0].clone(), beside[1].clone(), STRAIGHT.lot(20.0, 0.0, 20.3, 30.0)];
    let seen = found(&filled, Checks::Tiling);
    assert!(seen.gaps.is_empty() && seen.meetings.is_empty(), "{seen:?}");
    assert_eq!(seen.slivers.len(), 1);
    assert!((seen.slivers[0].1 - 0.297).abs() < 0.001, "{:?}", seen.slivers);
}

#[test]
fn a_street_is_no_strip() {
    let street = [STRAIGHT.lot(0.0, 0.0, 20.0, 30.0), STRAIGHT.lot(20.6, 0.0, 40.0, 30.0)];
    assert_eq!(found(&street, Checks::Tiling), Topology::default());
}

#[test]
fn buildings_may_overlap_but_not_lie_twice() {
    let one = STRAIGHT.lot(0.0, 0.0, 20.0, 30.0);
    let over = STRAIGHT.lot(10.0, 0.0, 30.0, 30.0);
    let again = STRAIGHT.lot(0.1, 0.0, 20.1, 30.0);
    let seen = found(&[one, over, again], Checks::Duplicates);
    assert_eq!(seen.meetings.iter().map(|meeting| (meeting.one, meeting.other)).collect::<Vec<_>>(), [(0, 2)]);
}

#[test]
fn a_heap_of_copies_is_given_up_and_counted() {
    let heap: Vec<PlanarGround> = (0..1_500).map(|_| STRAIGHT.lot(0.0, 0.0, 20.0, 30.0)).collect();
    let seen = found(&heap, Checks::Tiling);
    let granted = 1_500 * PAIRS_A_GROUND + PAIRS_AT_LEAST;
    assert_eq!((seen.meetings.len(), seen.unexamined_pairs), (granted, 1_500 * 1_499 / 2 - granted));
}

#[test]
fn very_many_edges_are_swept_to_the_same_result() {
    let comb = |from: f64, to: f64| -> Vec<(f64, f64)> {
        (0..=400).map(|i| (from + (to - from) * f64::from(i) / 400.0, 30.0)).collect()
    };
    let ring = |mut points: Vec<(f64, f64)>| {
        points.push(points[0]);
        let ring = LineString(points.into_iter().map(|(x, y)| STRAIGHT.at(x, y)).collect());
        let surface = Surface::from_trusted(MultiPolygon(vec![Polygon::new(ring, vec![])]), PLANE).unwrap();
        let planar_m2 = mujun_geometry::area::planar_area(&surface);
        PlanarGround { surface, planar_m2, ellipsoidal_m2: planar_m2 }
    };
    // The upper side of the lower lot and the lower side of the upper one have 400 edges each, 0.2 m apart.
    let mut lower = vec![(0.0, 0.0), (100.0, 0.0)];
    lower.extend(comb(100.0, 0.0));
    let mut upper: Vec<(f64, f64)> = comb(0.0, 100.0).into_iter().map(|(x, y)| (x, y + 0.2)).collect();
    upper.extend([(100.0, 60.0), (0.0, 60.0)]);
    let seen = found(&[ring(lower), ring(upper)], Checks::Tiling);
    assert_eq!(seen.gaps.len(), 1);
    assert!((seen.gaps[0].length_m - 100.0).abs() < 1e-6 && (seen.gaps[0].area_m2 - 20.0).abs() < 1e-6, "{:?}", seen.gaps);
}
