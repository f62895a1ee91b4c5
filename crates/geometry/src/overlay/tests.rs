#![allow(clippy::unwrap_used)]

use geo::{LineString, Polygon};
use proptest::prelude::*;

use super::*;
use crate::{
    mend,
    testing::{anything, cells, mended, plot, rectangle, surface},
};

const NONE: SliverTolerance = SliverTolerance { min_area_m2: 0.0, min_width_m: 0.0 };
const USUAL: SliverTolerance = SliverTolerance { min_area_m2: 50.0, min_width_m: 1.0 };

fn near(a: f64, b: f64) -> bool {
    (a - b).abs() < 0.01
}

fn assert_valid(surface: &Surface) {
    let parts = &surface.multi_polygon().0;
    assert_eq!(validity::inspect(parts), Ok(()), "{parts:?}");
    for p in parts {
        assert!(validity::signed_area(&p.exterior().0) > 0.0);
        for r in p.interiors() {
            assert!(validity::signed_area(&r.0) < 0.0, "{} {r:?}", validity::signed_area(&r.0));
        }
    }
}

#[test]
fn two_rectangles_share_what_they_share() {
    let (a, b) = (rectangle(0.0, 0.0, 100.0, 100.0), rectangle(75.0, 40.0, 100.0, 20.0));
    assert!(near(intersection_area(&a, &b), 500.0));
    assert!(near(planar_area(&intersection(&a, &b).unwrap()), 500.0));
}

#[test]
fn a_building_inside_a_plot_counts_whole() {
    let (plot, building) = (rectangle(0.0, 0.0, 200.0, 200.0), rectangle(50.0, 50.0, 30.0, 20.0));
    for area in [intersection_area(&plot, &building), intersection_area(&building, &plot)] {
        assert!((area - 600.0).abs() < 1e-6, "{area}");
    }
}

#[test]
fn a_building_in_the_hole_of_a_plot_is_not_on_it() {
    let (outer, inner) = (rectangle(0.0, 0.0, 200.0, 200.0), rectangle(50.0, 50.0, 100.0, 100.0));
    let ring = |s: &Surface| s.multi_polygon().0[0].exterior().clone();
    let plot = surface(Polygon::new(ring(&outer), vec![ring(&inner)]));
    assert_eq!(intersection_area(&plot, &rectangle(90.0, 90.0, 10.0, 10.0)), 0.0);
    // One that fills the plot and its hole shares the plot without the hole.
    assert!(near(intersection_area(&plot, &rectangle(-10.0, -10.0, 300.0, 300.0)), 30_000.0));
}

#[test]
fn neighbours_that_share_an_edge_have_nothing_in_common() {
    let (a, b) = (rectangle(0.0, 0.0, 100.0, 100.0), rectangle(100.0, 0.0, 100.0, 100.0));
    assert_eq!(intersection_area(&a, &b), 0.0);
    assert!(intersection(&a, &b).is_none());
    assert!(near(union_area(&[a, b]), 20_000.0));
}

#[test]
fn surfaces_of_different_systems_have_nothing_in_common() {
    let a = rectangle(0.0, 0.0, 100.0, 100.0);
    let b = Surface::from_trusted(a.multi_polygon().clone(), Crs::CGCS2000_GK_ZONE_40).unwrap();
    assert_eq!(intersection_area(&a, &b), 0.0);
    assert!(intersection(&a, &b).is_none());
    let left = subtract(&a, &[&b], &NONE);
    assert_eq!((left.covered_area, left.leftover), (0.0, Some(a)));
}

#[test]
fn the_union_of_nothing_is_nothing() {
    assert!(union_all(&[]).is_none());
    assert_eq!(union_area(&[]), 0.0);
}

#[test]
fn what_stands_alone_goes_through_a_union_untouched() {
    let (a, b) = (rectangle(0.0, 0.0, 10.0, 10.0), rectangle(5000.3, 0.0, 10.0, 10.0));
    let both = union_all(&[a.clone(), b.clone()]).unwrap();
    assert_eq!(both.multi_polygon().0, [a.into_multi_polygon().0, b.into_multi_polygon().0].concat());
}

#[test]
fn a_ring_of_plots_leaves_its_courtyard_a_hole() {
    let sides = [
        rectangle(0.0, 0.0, 300.0, 100.0),
        rectangle(0.0, 200.0, 300.0, 100.0),
        rectangle(0.0, 100.0, 100.0, 100.0),
        rectangle(200.0, 100.0, 100.0, 100.0),
    ];
    let ring = union_all(&sides).unwrap();
    assert_eq!((ring.multi_polygon().0.len(), ring.multi_polygon().0[0].interiors().len()), (1, 1));
    assert!(near(planar_area(&ring), 80_000.0));
}

#[test]
fn approved_less_supplied_leaves_the_rest_and_sets_the_sliver_apart() {
    // 100 m by 100 m approved; 60 m supplied from the left, and 39.5 m twice over from the right at 60.5 m: a strip of 0.5 m is left.
    let approved = rectangle(0.0, 0.0, 100.0, 100.0);
    let left = rectangle(-20.0, -20.0, 80.0, 140.0);
    let right = rectangle(60.5, -20.0, 80.0, 140.0);
    let again = rectangle(70.0, 0.0, 20.0, 20.0);
    let all = subtract(&approved, &[&left, &right, &again], &USUAL);
    assert!(near(all.ground_area, 10_000.0) && near(all.covered_area, 9950.0), "{all:?}");
    assert!(near(all.sliver_area, 50.0) && all.leftover_area == 0.0 && all.leftover.is_none(), "{all:?}");

    let one = subtract(&approved, &[&left], &USUAL);
    assert!(near(one.leftover_area, 4000.0) && one.sliver_area == 0.0, "{one:?}");
    assert!(near(planar_area(&one.leftover.unwrap()), 4000.0));
}

#[test]
fn either_limit_of_the_tolerance_makes_a_sliver() {
    let approved = rectangle(0.0, 0.0, 100.0, 100.0);
    let supplied = rectangle(0.0, 0.0, 99.0, 100.0);
    // What is left is 1 m by 100 m: 100 m², mean width 2 × 100 ÷ 202 = 0.990 m.
    let with = |min_area_m2, min_width_m| subtract(&approved, &[&supplied], &SliverTolerance { min_area_m2, min_width_m });
    assert!(near(with(99.9, 0.98).leftover_area, 100.0));
    assert!(near(with(100.1, 0.0).sliver_area, 100.0));
    assert!(near(with(0.0, 1.0).sliver_area, 100.0));
}

#[test]
fn ground_that_is_covered_exactly_leaves_nothing_at_all() {
    let ground = rectangle(0.0, 0.0, 123.4, 56.7);
    let exact = subtract(&ground, &[&ground.clone()], &NONE);
    assert_eq!((exact.leftover, exact.leftover_area, exact.sliver_area), (None, 0.0, 0.0));
    assert_eq!(exact.covered_area, exact.ground_area);
}

#[test]
fn a_cover_as_large_as_the_province_does_not_blur_a_plot() {
    let ground = rectangle(0.0, 0.0, 100.0, 100.0);
    let vast = rectangle(-300_000.0, 40.123, 600_000.0, 500_000.0);
    let rest = subtract(&ground, &[&vast], &NONE);
    assert!((rest.leftover_area - 4012.3).abs() < 1e-4, "{}", rest.leftover_area);
    assert!((intersection_area(&ground, &vast) - 5987.7).abs() < 1e-4);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn ground_is_covered_plus_sliver_plus_leftover(
        ground in anything(), others in prop::collection::vec(anything(), 0..12), usual in any::<bool>(),
    ) {
        let others: Vec<&Surface> = others.iter().collect();
        let result = subtract(&ground, &others, if usual { &USUAL } else { &NONE });
        let sum = result.covered_area + result.sliver_area + result.leftover_area;
        prop_assert!((sum - result.ground_area).abs() < 1e-3);
        // Covered is what the union of the others shares with the ground, found the other way round.
        let owned: Vec<Surface> = others.iter().map(|&o| o.clone()).collect();
        let shared = union_all(&owned).map_or(0.0, |union| intersection_area(&ground, &union));
        prop_assert!(near(shared, result.covered_area), "{} {}", shared, result.covered_area);
        let leftover = result.leftover.as_ref();
        prop_assert!((leftover.map_or(0.0, planar_area) - result.leftover_area).abs() < 1e-6);
        if let Some(leftover) = leftover {
            assert_valid(leftover);
            prop_assert!(near(intersection_area(leftover, &ground), result.leftover_area));
            for other in &others {
                prop_assert!(intersection_area(leftover, other) < 0.01);
            }
        }
    }

    #[test]
    fn an_intersection_is_the_same_from_both_sides_and_no_more_than_either(a in anything(), b in anything()) {
        let area = intersection_area(&a, &b);
        prop_assert!(near(area, intersection_area(&b, &a)));
        prop_assert!(area >= 0.0 && area <= planar_area(&a).min(planar_area(&b)) + 0.01);
        // Walked or overlaid: `intersection` always overlays.
        let built = intersection(&a, &b);
        prop_assert!(near(built.as_ref().map_or(0.0, planar_area), area));
        if let Some(built) = &built {
            assert_valid(built);
        }
        // Inclusion and exclusion.
        prop_assert!(near(union_area(&[a.clone(), b.clone()]), planar_area(&a) + planar_area(&b) - area));
    }

    #[test]
    fn a_union_is_no_more_than_its_parts_and_no_less_than_the_largest(
        surfaces in prop::collection::vec(anything(), 1..40),
    ) {
        let union = union_all(&surfaces).unwrap();
        assert_valid(&union);
        let area = union_area(&surfaces);
        prop_assert!(near(area, planar_area(&union)));
        prop_assert!(area <= surfaces.iter().map(planar_area).sum::<f64>() + 0.01);
        prop_assert!(area >= surfaces.iter().map(planar_area).fold(0.0, f64::max) - 0.01);
        // In it already: nothing is added.
        prop_assert!(near(union_area(&[union, surfaces[0].clone()]), area));
    }

    #[test]
    fn the_order_of_the_parts_does_not_change_their_union(mut surfaces in prop::collection::vec(cells(), 1..12)) {
        let area = union_area(&surfaces);
        surfaces.reverse();
        prop_assert!(near(union_area(&surfaces), area));
    }

    #[test]
    fn a_clipped_ring_shares_the_same_with_anything_in_the_box(a in plot(), b in plot()) {
        let area = grown(b.bounds());
        let rings = rings_within(&a, area);
        let clipped: Vec<Polygon<f64>> =
            rings.iter().take(1).map(|r| Polygon::new(LineString(r.clone()), Vec::new())).collect();
        let whole = vec![Polygon::new(a.multi_polygon().0[0].exterior().clone(), Vec::new())];
        let shared = |parts: Vec<Polygon<f64>>| {
            mend(MultiPolygon(parts), b.crs()).map_or(0.0, |mended| intersection_area(&mended.surface, &b))
        };
        prop_assert!(near(shared(clipped), shared(whole)));
    }

    #[test]
    fn a_label_is_inside_and_stays_where_it_is(surfaces in prop::collection::vec(anything(), 1..6)) {
        let union = union_all(&surfaces).unwrap();
        let label = crate::label::label_point(&union);
        prop_assert!(geo::Contains::contains(union.multi_polygon(), &label));
        prop_assert_eq!(label, crate::label::label_point(&union.clone()));
    }

    #[test]
    fn a_surface_comes_back_from_its_bytes(surface in anything()) {
        let polygons = crate::wkb::from_wkb(&crate::wkb::to_ewkb(&surface), surface.crs()).unwrap();
        prop_assert_eq!(Surface::from_trusted(polygons, surface.crs()).unwrap(), surface);
    }

    #[test]
    fn what_the_overlay_makes_needs_no_mending(a in anything(), b in anything()) {
        let parts = subtract(&a, &[&b], &NONE).leftover.into_iter().chain(intersection(&a, &b));
        for part in parts {
            let again = mended(part.multi_polygon().clone());
            prop_assert!((planar_area(&again) - planar_area(&part)).abs() < 1e-6);
        }
    }
}
