//! The fast way of measuring a city beside the plain one, and what is deducted from an approval.

use mujun::app::measuring::measure_city;
use mujun::city::ground::{GroundIndex, PLANE, PlanarGround};
use mujun::city::leftover::Leftover;
use mujun::city::measure::{BuildingBody, CountingRules, measure_sites};
use mujun_domain::rulebook::Rulebook;
use mujun_geometry::geo::{Coord, LineString, MultiPolygon, Polygon};
use mujun_geometry::surface::Surface;
use mujun_geometry::{area, mend, overlay};
use proptest::prelude::*;

use crate::town::{ORIGIN, add_approval, add_deduction, add_parcel, add_supply, day, ground, rectangle, registers, supply};

fn rulebook() -> Rulebook {
    mujun::app::rulebook::load(None).unwrap()
}

fn leftovers(town: &mujun::app::registers::Registers) -> Vec<Leftover> {
    let city = measure_city(town, &rulebook(), day("2026-06-30")).unwrap();
    city.leftovers.into_iter().map(Option::unwrap).collect()
}

/// Figures of the plane beside those of the ellipsoid, 0.0127 % apart here.
fn close(found: f64, expected: f64) -> bool {
    (found - expected).abs() <= 2e-4 * expected
}

fn adds_up(left: &Leftover) -> bool {
    (left.covered_m2 + left.deducted_m2 + left.sliver_m2 + left.leftover_m2 - left.ground_m2).abs() < 0.01
}

#[test]
fn a_deduction_takes_only_what_was_not_supplied() {
    let mut town = registers();
    add_approval(&mut town, "A", "2020-01-01", Some(ground(rectangle(0.0, 0.0, 200.0, 100.0))));
    add_parcel(&mut town, "P", ground(rectangle(0.0, 0.0, 100.0, 100.0)), None);
    add_supply(&mut town, supply("S", Some("P")));
    // From 80 m to 150 m: 20 m of it are supplied already.
    add_deduction(&mut town, Some("A"), "2021-01-01", ground(rectangle(80.0, 0.0, 70.0, 100.0)));
    let left = &leftovers(&town)[0];
    assert!(close(left.covered_m2, 10_000.0) && close(left.deducted_m2, 5_000.0) && close(left.leftover_m2, 5_000.0), "{left:?}");
    assert!(adds_up(left), "{left:?}");
}

#[test]
fn a_deduction_counts_for_the_approval_it_names_from_the_day_it_was_decided() {
    let mut town = registers();
    add_approval(&mut town, "A", "2019-01-01", Some(ground(rectangle(0.0, 0.0, 100.0, 100.0))));
    add_approval(&mut town, "B", "2020-01-01", Some(ground(rectangle(0.0, 0.0, 100.0, 100.0))));
    add_deduction(&mut town, Some("B"), "2021-01-01", ground(rectangle(0.0, 0.0, 50.0, 100.0)));
    add_deduction(&mut town, Some("B"), "2026-07-01", ground(rectangle(0.0, 0.0, 100.0, 100.0)));
    add_deduction(&mut town, Some("unknown"), "2021-01-01", ground(rectangle(0.0, 0.0, 100.0, 100.0)));
    let left = leftovers(&town);
    assert_eq!(left[0].deducted_m2, 0.0);
    assert!(close(left[1].deducted_m2, 5_000.0) && close(left[1].leftover_m2, 5_000.0), "{:?}", left[1]);
    add_deduction(&mut town, None, "2026-06-30", ground(rectangle(90.0, 0.0, 50.0, 100.0)));
    let left = leftovers(&town);
    assert!(close(left[0].deducted_m2, 1_000.0) && close(left[1].deducted_m2, 6_000.0), "{left:?}");
    assert!(left.iter().all(adds_up), "{left:?}");
}

#[test]
fn a_parcel_supplied_twice_does_not_make_up_for_the_one_beside_it() {
    // Two lots of one size, one of them supplied by a contract on the parcel and by another with an outline of its own.
    let mut town = registers();
    add_approval(&mut town, "A", "2020-01-01", Some(ground(rectangle(0.0, 0.0, 200.0, 100.0))));
    add_parcel(&mut town, "P", ground(rectangle(0.0, 0.0, 100.0, 100.0)), None);
    add_supply(&mut town, supply("S", Some("P")));
    let mut again = supply("T", None);
    again.ground = Some(ground(rectangle(0.0, 0.0, 100.0, 100.0)));
    add_supply(&mut town, again);
    let left = &leftovers(&town)[0];
    assert!(close(left.covered_m2, 10_000.0) && close(left.leftover_m2, 10_000.0), "{left:?}");
}

/// A block of lots with bent shared boundaries, some with a pond, and buildings anywhere in it: inside, across, along, over each other.
fn block() -> impl Strategy<Value = (Vec<Surface>, Vec<Surface>)> {
    let corners = prop::collection::vec((-6.0..6.0f64, -6.0..6.0f64), 16);
    let ponds = prop::collection::vec(any::<bool>(), 9);
    let building = (0..60u8, 0..60u8, 4..40u8, 4..40u8, 0.0..0.6f64, any::<bool>(), any::<bool>());
    (corners, ponds, prop::collection::vec(building, 1..14)).prop_map(|(corners, ponds, buildings)| {
        let at = |i: usize, j: usize| {
            let (dx, dy) = corners[i * 4 + j];
            Coord { x: ORIGIN.0 + 50.0 * i as f64 + dx, y: ORIGIN.1 + 50.0 * j as f64 + dy }
        };
        let lots = (0..9).map(|lot| {
            let (i, j) = (lot / 3, lot % 3);
            let ring = LineString(vec![at(i, j), at(i + 1, j), at(i + 1, j + 1), at(i, j + 1), at(i, j)]);
            let hole = (0.45, 0.55);
            let inner = |u: f64, v: f64| {
                at(i, j) * ((1.0 - u) * (1.0 - v))
                    + at(i + 1, j) * (u * (1.0 - v))
                    + at(i + 1, j + 1) * (u * v)
                    + at(i, j + 1) * ((1.0 - u) * v)
            };
            let pond = LineString(vec![
                inner(hole.0, hole.0),
                inner(hole.0, hole.1),
                inner(hole.1, hole.1),
                inner(hole.1, hole.0),
                inner(hole.0, hole.0),
            ]);
            Polygon::new(ring, if ponds[lot] { vec![pond] } else { Vec::new() })
        });
        let houses = buildings.iter().map(|&(x, y, w, h, turn, yard, cornered)| {
            // One that starts in the corner of a lot runs along its edge, whatever the bend.
            let from = if cornered {
                at(usize::from(x) % 3, usize::from(y) % 3)
            } else {
                Coord { x: ORIGIN.0 + 2.5 * f64::from(x), y: ORIGIN.1 + 2.5 * f64::from(y) }
            };
            let along = if cornered {
                let to = at(usize::from(x) % 3 + 1, usize::from(y) % 3);
                let d = to - from;
                let length = d.x.hypot(d.y);
                d / length
            } else {
                Coord { x: turn.cos(), y: turn.sin() }
            };
            let place =
                |u: f64, v: f64| from + along * (u * f64::from(w)) + Coord { x: -along.y, y: along.x } * (v * f64::from(h));
            let square = |a: f64, b: f64| LineString(vec![place(a, a), place(b, a), place(b, b), place(a, b), place(a, a)]);
            let second = LineString(vec![place(1.2, 0.0), place(1.6, 0.0), place(1.6, 0.5), place(1.2, 0.0)]);
            let mut parts = vec![Polygon::new(square(0.0, 1.0), if yard { vec![square(0.3, 0.7)] } else { Vec::new() })];
            if turn > 0.4 {
                parts.push(Polygon::new(second, Vec::new()));
            }
            MultiPolygon(parts)
        });
        let mended = |polygons| mend(polygons, PLANE).unwrap().surface;
        (lots.map(|lot| mended(MultiPolygon(vec![lot]))).collect(), houses.map(mended).collect())
    })
}

fn planar(surfaces: &[Surface]) -> Vec<PlanarGround> {
    let ground = |surface: &Surface| {
        let planar_m2 = area::planar_area(surface);
        PlanarGround { surface: surface.clone(), planar_m2, ellipsoidal_m2: planar_m2 * 0.9998 }
    };
    surfaces.iter().map(ground).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_site_measures_what_overlaying_each_building_by_itself_gives((lots, houses) in block()) {
        let body = BuildingBody { storeys_above: Some(2), storey_height_m: Some(4.0), stated_floor_area_m2: None };
        let rules = CountingRules { tall_storey_m: 9.0, tall_storey_factor: 2.0 };
        let bodies = vec![body; houses.len()];
        let measured = measure_sites(&GroundIndex::new(&planar(&lots)), &GroundIndex::new(&planar(&houses)), &bodies, rules);
        for (lot, measure) in lots.iter().zip(&measured) {
            let pieces: Vec<Surface> = houses.iter().filter_map(|house| overlay::intersection(lot, house)).collect();
            let footprint = overlay::union_area(&pieces) * 0.9998;
            let sum: f64 = houses.iter().map(|house| overlay::intersection_area(lot, house)).sum::<f64>() * 0.9998;
            prop_assert!((measure.footprint_m2 - footprint).abs() < 1e-3, "{} {footprint}", measure.footprint_m2);
            let floor = measure.counting_floor_area_m2().unwrap();
            prop_assert!((floor - 2.0 * sum).abs() < 1e-3, "{floor} {sum}");
            prop_assert!(measure.parts.windows(2).all(|w| w[0].building < w[1].building));
        }
    }
}
