#![allow(clippy::unwrap_used)]

use geo::{Validation, wkt};
use proptest::prelude::*;

use super::*;
use crate::{
    area::planar_area,
    testing::{CORNER, anything, star},
};

const PLANE: Crs = Crs::CGCS2000_GK_120E;

fn kinds(mended: &Mended) -> Vec<RepairKind> {
    mended.notes.iter().map(|n| n.kind).collect()
}

/// Mends, checks the invariant, and gives the notes and the area.
fn mended(raw: MultiPolygon<f64>) -> (Vec<RepairKind>, f64, Mended) {
    let result = mend(raw, PLANE).unwrap();
    assert_invariant(&result.surface);
    (kinds(&result), planar_area(&result.surface), result)
}

fn assert_invariant(surface: &Surface) {
    let parts = &surface.multi_polygon().0;
    assert_eq!(validity::inspect(parts), Ok(()));
    // geo compares every pair of segments.
    if geo::CoordsIter::coords_count(surface.multi_polygon()) < 500 {
        assert!(surface.multi_polygon().is_valid(), "by geo's own word");
    }
    for p in parts {
        assert!(validity::signed_area(&p.exterior().0) > 0.0);
        assert!(p.interiors().iter().all(|r| validity::signed_area(&r.0) < 0.0));
    }
    let again = mend(surface.multi_polygon().clone(), surface.crs()).unwrap();
    assert_eq!((&again.surface, again.notes.len()), (surface, 0), "mending twice changes nothing");
}

#[test]
fn a_valid_polygon_passes_unchanged_and_without_a_note() {
    let raw = wkt!(MULTIPOLYGON(((0. 0., 10. 0., 10. 10., 0. 10., 0. 0.), (2. 2., 2. 4., 4. 4., 4. 2., 2. 2.))));
    let result = mend(raw.clone(), PLANE).unwrap();
    assert_eq!((result.surface.multi_polygon(), result.notes.len()), (&raw, 0));
}

#[test]
fn a_clockwise_exterior_is_turned_and_said_so() {
    let (kinds, area, result) = mended(wkt!(MULTIPOLYGON(((0. 0., 0. 10., 10. 10., 10. 0., 0. 0.)))));
    assert_eq!((kinds, area), (vec![RepairKind::Orientation], 100.0));
    assert!(result.notes[0].kind.is_cosmetic());
}

#[test]
fn a_repeated_point_is_dropped() {
    let (kinds, area, result) = mended(wkt!(MULTIPOLYGON(((0. 0., 10. 0., 10. 0., 10. 10., 0. 10., 0. 0.)))));
    assert_eq!((kinds, area), (vec![RepairKind::RepeatedPoint], 100.0));
    assert_eq!(result.notes[0].place, (10.0, 0.0));
}

#[test]
fn an_open_ring_is_closed_by_its_type() {
    let ring = LineString::from(vec![(0.0, 0.0), (10.0, 0.0), (10.0, 10.0)]);
    let (kinds, area, _) = mended(MultiPolygon(vec![Polygon::new(ring, vec![])]));
    assert_eq!((kinds, area), (vec![], 50.0));
}

#[test]
fn a_spike_is_cut_off_wherever_the_ring_starts() {
    let square = [(0.0, 0.0), (10.0, 0.0), (10.0, 10.0), (5.0, 10.0), (5.0, 30.0), (5.0, 10.0), (0.0, 10.0)];
    for start in 0..square.len() {
        let mut ring = square.to_vec();
        ring.rotate_left(start);
        let (kinds, area, result) = mended(MultiPolygon(vec![Polygon::new(LineString::from(ring), vec![])]));
        assert_eq!((kinds, area), (vec![RepairKind::Spike], 100.0), "{start}");
        assert_eq!(result.notes[0].place, (5.0, 30.0));
    }
}

#[test]
fn a_bow_tie_keeps_both_wings() {
    let (kinds, area, result) = mended(wkt!(MULTIPOLYGON(((0. 0., 10. 10., 10. 0., 0. 10., 0. 0.)))));
    assert_eq!((kinds, area), (vec![RepairKind::SelfIntersection], 50.0));
    assert_eq!(result.surface.multi_polygon().0.len(), 2);
    let note = &result.notes[0];
    assert_eq!((note.place, note.area_before, note.area_after), ((5.0, 5.0), 0.0, 50.0));
}

#[test]
fn a_bow_tie_keeps_its_hole() {
    // The hole lies in the lower wing.
    let (_, area, result) = mended(wkt!(MULTIPOLYGON(((0. 0., 10. 10., 0. 10., 10. 0., 0. 0.), (4. 1., 6. 1., 5. 2., 4. 1.)))));
    assert_eq!((area, result.surface.multi_polygon().0.iter().map(|p| p.interiors().len()).sum::<usize>()), (49.0, 1));
}

#[test]
fn a_hole_drawn_into_the_outline_by_a_cut_survives_whichever_way_it_was_drawn() {
    let against = wkt!(MULTIPOLYGON(((0. 0., 9. 0., 9. 9., 0. 9., 0. 0., 3. 3., 3. 6., 6. 6., 6. 3., 3. 3., 0. 0.))));
    let along = wkt!(MULTIPOLYGON(((0. 0., 9. 0., 9. 9., 0. 9., 0. 0., 3. 3., 6. 3., 6. 6., 3. 6., 3. 3., 0. 0.))));
    for raw in [against, along] {
        let (kinds, area, result) = mended(raw);
        assert_eq!((kinds, area), (vec![RepairKind::SelfIntersection], 72.0));
        assert_eq!(result.surface.multi_polygon().0[0].interiors().len(), 1);
    }
}

#[test]
fn an_outline_that_touches_itself_at_a_vertex_is_resolved() {
    // Two squares joined at (10, 10) in one ring: valid for `geo`, not by the standard.
    let (kinds, area, result) =
        mended(wkt!(MULTIPOLYGON(((0. 0., 10. 0., 10. 10., 20. 10., 20. 20., 10. 20., 10. 10., 0. 10., 0. 0.)))));
    assert_eq!((kinds, area, result.surface.multi_polygon().0.len()), (vec![RepairKind::SelfIntersection], 200.0, 2));
}

#[test]
fn a_hole_that_leaves_its_exterior_takes_only_what_is_inside() {
    let (kinds, area, _) =
        mended(wkt!(MULTIPOLYGON(((0. 0., 10. 0., 10. 10., 0. 10., 0. 0.), (8. 2., 8. 4., 14. 4., 14. 2., 8. 2.)))));
    assert_eq!((kinds, area), (vec![RepairKind::MisplacedHole], 96.0));
}

#[test]
fn a_hole_outside_its_exterior_takes_nothing() {
    for x in [8.0, 30.0] {
        // Within the box of the triangle, and far off.
        let hole = LineString::from(vec![(x, 1.0), (x, 3.0), (x + 1.0, 3.0)]);
        let exterior = LineString::from(vec![(0.0, 0.0), (10.0, 10.0), (0.0, 10.0)]);
        let (kinds, area, _) = mended(MultiPolygon(vec![Polygon::new(exterior, vec![hole])]));
        assert_eq!((kinds, area), (vec![RepairKind::MisplacedHole], 50.0), "{x}");
    }
}

#[test]
fn overlapping_holes_take_their_union() {
    let (kinds, area, _) = mended(wkt!(MULTIPOLYGON((
        (0. 0., 10. 0., 10. 10., 0. 10., 0. 0.),
        (2. 2., 2. 6., 6. 6., 6. 2., 2. 2.),
        (4. 4., 8. 4., 8. 8., 4. 8., 4. 4.)
    ))));
    assert_eq!((kinds, area), (vec![RepairKind::MisplacedHole], 100.0 - 28.0));
}

#[test]
fn a_hole_within_a_hole_adds_nothing() {
    let (kinds, area, _) = mended(wkt!(MULTIPOLYGON((
        (0. 0., 10. 0., 10. 10., 0. 10., 0. 0.),
        (2. 2., 2. 8., 8. 8., 8. 2., 2. 2.),
        (4. 4., 4. 6., 6. 6., 6. 4., 4. 4.)
    ))));
    assert_eq!((kinds, area), (vec![RepairKind::MisplacedHole], 64.0));
}

#[test]
fn a_hole_that_touches_its_exterior_once_is_left_alone_and_twice_is_resolved() {
    let once = wkt!(MULTIPOLYGON(((0. 0., 10. 0., 10. 10., 0. 10., 0. 0.), (0. 5., 5. 8., 5. 2., 0. 5.))));
    assert!(mended(once).0.is_empty());
    // From edge to edge: the interior falls in two, though no rings cross.
    let twice = wkt!(MULTIPOLYGON(((0. 0., 10. 0., 10. 10., 0. 10., 0. 0.), (0. 5., 5. 8., 10. 5., 5. 2., 0. 5.))));
    let (kinds, area, result) = mended(twice);
    assert_eq!((kinds, area, result.surface.multi_polygon().0.len()), (vec![RepairKind::MisplacedHole], 70.0, 2));
}

#[test]
fn parts_that_overlap_or_share_an_edge_are_merged_and_parts_that_touch_are_not() {
    let overlapping = wkt!(MULTIPOLYGON(((0. 0., 10. 0., 10. 10., 0. 10., 0. 0.)), ((5. 0., 15. 0., 15. 10., 5. 10., 5. 0.))));
    let (kinds, area, result) = mended(overlapping);
    assert_eq!((kinds, area), (vec![RepairKind::OverlappingParts], 150.0));
    assert_eq!((result.notes[0].area_before, result.notes[0].area_after), (200.0, 150.0));
    let edge = wkt!(MULTIPOLYGON(((0. 0., 10. 0., 10. 10., 0. 10., 0. 0.)), ((10. 2., 15. 2., 15. 8., 10. 8., 10. 2.))));
    assert_eq!(mended(edge).0, [RepairKind::OverlappingParts]);
    let corner = wkt!(MULTIPOLYGON(((0. 0., 10. 0., 10. 10., 0. 10., 0. 0.)), ((10. 10., 15. 10., 15. 15., 10. 10.))));
    assert!(mended(corner).0.is_empty());
    let island = wkt!(MULTIPOLYGON(
        ((0. 0., 10. 0., 10. 10., 0. 10., 0. 0.), (2. 2., 2. 8., 8. 8., 8. 2., 2. 2.)),
        ((4. 4., 6. 4., 6. 6., 4. 6., 4. 4.))
    ));
    assert!(mended(island).0.is_empty());
    let twice = wkt!(MULTIPOLYGON(((0. 0., 10. 0., 10. 10., 0. 10., 0. 0.)), ((0. 0., 10. 0., 10. 10., 0. 10., 0. 0.))));
    assert_eq!(mended(twice).1, 100.0);
    let inner = wkt!(MULTIPOLYGON(((0. 0., 10. 0., 10. 10., 0. 10., 0. 0.)), ((4. 4., 6. 4., 6. 6., 4. 6., 4. 4.))));
    assert_eq!(mended(inner).1, 100.0);
}

#[test]
fn a_part_and_a_hole_without_area_are_dropped_and_said_so() {
    let (kinds, area, result) = mended(wkt!(MULTIPOLYGON(
        ((0. 0., 10. 0., 10. 10., 0. 10., 0. 0.), (2. 2., 5. 5., 7. 7., 2. 2.)),
        ((20. 0., 30. 0., 25. 0., 20. 0.))
    )));
    assert_eq!((kinds, area), (vec![RepairKind::ZeroAreaPart; 2], 100.0));
    assert_eq!(result.notes[1].place, (20.0, 0.0));
}

#[test]
fn what_has_no_area_at_all_is_refused_with_its_place() {
    for raw in [
        wkt!(MULTIPOLYGON(((120. 30., 121. 31., 122. 32., 120. 30.)))),
        wkt!(MULTIPOLYGON(((120. 30., 120. 30., 120. 30., 120. 30.)))),
        wkt!(MULTIPOLYGON(((120. 30., 121. 30.)))),
    ] {
        let refused = mend(raw, Crs::CGCS2000).unwrap_err();
        assert_eq!(refused, InvalidSurface::ZeroArea { place: (120.0, 30.0) });
        assert!(refused.message_zh().contains("(120.0000000, 30.0000000)"));
    }
}

#[test]
fn empty_infinite_absurd_and_endless_input_is_refused() {
    assert_eq!(mend(MultiPolygon(vec![]), PLANE).unwrap_err(), InvalidSurface::Empty);
    assert_eq!(mend(MultiPolygon(vec![Polygon::empty()]), PLANE).unwrap_err(), InvalidSurface::Empty);
    for bad in [f64::NAN, f64::INFINITY] {
        let refused = mend(wkt!(MULTIPOLYGON(((1. 2., 3. 4., 5. 0., 1. 2.)))).map_y(bad), PLANE).unwrap_err();
        assert_eq!(refused, InvalidSurface::NotFinite { vertex: 2, near: Some((1.0, 2.0)) });
        assert!(refused.message_zh().contains("第 2 个点"));
    }
    let absurd = mend(wkt!(MULTIPOLYGON(((1. 2., 3. 4., 5. 0., 1. 2.)))).map_y(1e300), PLANE).unwrap_err();
    assert_eq!(absurd, InvalidSurface::OutOfRange { place: (3.0, 1e300) });
    let ring = LineString((0..1_000_001).map(|i| Coord { x: f64::from(i), y: 0.0 }).collect());
    let endless = mend(MultiPolygon(vec![Polygon::new(ring, vec![])]), PLANE).unwrap_err();
    assert!(matches!(endless, InvalidSurface::TooManyVertices { limit: 1_000_000, .. }));
}

/// Puts a bad number into the second vertex.
trait MapY {
    fn map_y(self, y: f64) -> Self;
}

impl MapY for MultiPolygon<f64> {
    fn map_y(mut self, y: f64) -> Self {
        self.0[0].exterior_mut(|ring| ring.0[1].y = y);
        self
    }
}

#[test]
fn a_long_ring_is_found_simple_or_not_through_the_index() {
    let radii: Vec<f64> = (0..20_000).map(|i| 1000.0 + f64::from(i % 7)).collect();
    let mut ring = star(CORNER, &radii);
    assert!(mended(MultiPolygon(vec![Polygon::new(ring.clone(), vec![])])).0.is_empty());
    ring.0.swap(5000, 5003);
    assert_eq!(mended(MultiPolygon(vec![Polygon::new(ring, vec![])])).0, [RepairKind::SelfIntersection]);
}

#[test]
fn degrees_are_mended_as_well_as_metres() {
    // A bow-tie of 100 m in degrees: its wings have 5e-7 square degrees together, which is not nothing.
    let raw = wkt!(MULTIPOLYGON(((120.75 30.75, 120.751 30.751, 120.751 30.75, 120.75 30.751, 120.75 30.75))));
    let result = mend(raw, Crs::CGCS2000).unwrap();
    assert_invariant(&result.surface);
    assert!((planar_area(&result.surface) - 5e-7).abs() < 1e-13);
    // A square decimetre in degrees is a surface too.
    let small = wkt!(MULTIPOLYGON(((120.75 30.75, 120.750001 30.75, 120.750001 30.750001, 120.75 30.750001, 120.75 30.75))));
    assert!(mend(small, Crs::CGCS2000).unwrap().notes.is_empty());
}

#[test]
fn thickets_that_the_engine_puts_together_wrongly_are_rebuilt() {
    // A hole that the engine leaves touching itself; found by the property below, as is the next.
    let touching = wkt!(MULTIPOLYGON(
        ((29.966 97.826, 15.366 178.126, 51.866 141.626, 29.966 105.126, 15.366 178.126, 73.766 119.726, 29.966 97.826)),
        (
            (29.966 119.726, 59.166 127.026, 22.666 97.826, 29.966 119.726),
            (15.366 127.026, 15.366 163.526, 29.966 112.426, 51.866 97.826, 15.366 127.026)
        )
    ));
    mended(touching);
    // A hole that the engine gives to another polygon.
    let elsewhere = wkt!(MULTIPOLYGON(
        (
            (15.366 178.126, 37.266 148.926, 59.166 97.826, 73.766 119.726, 51.866 163.526, 73.766 156.226, 15.366 178.126),
            (66.466 112.426, 37.266 156.226, 15.366 112.426, 66.466 112.426)
        ),
        ((81.066 97.826, 22.666 163.526, 15.366 112.426, 44.566 141.626, 15.366 134.326, 66.466 119.726, 81.066 97.826)),
        ((22.666 97.826, 22.666 119.726, 59.166 163.526, 15.366 112.426, 66.466 97.826, 22.666 97.826))
    ));
    mended(elsewhere);
}

#[test]
fn every_message_says_what_and_where_in_chinese() {
    for kind in [
        RepairKind::RepeatedPoint,
        RepairKind::Spike,
        RepairKind::SelfIntersection,
        RepairKind::MisplacedHole,
        RepairKind::OverlappingParts,
        RepairKind::ZeroAreaPart,
        RepairKind::Orientation,
    ] {
        let note = RepairNote { kind, place: (571_815.366, 3_403_497.826), area_before: 200.0, area_after: 150.0 };
        let message = note.message_zh();
        assert!(message.contains("(571815.366, 3403497.826)") && message.contains("减少 25.0000%"), "{message}");
        assert!(!kind.label_zh().is_empty());
    }
    // The wings of a bow tie had taken from each other all but three square centimetres.
    let place = (120.74, 30.73);
    let note = RepairNote { kind: RepairKind::SelfIntersection, place, area_before: 0.0003, area_after: 2565.55 };
    assert!(note.message_zh().contains("相互抵消") && !note.message_zh().contains('%'), "{}", note.message_zh());
}

fn scrawl() -> impl Strategy<Value = MultiPolygon<f64>> {
    // Few distinct numbers: points repeat, edges retrace each other, rings touch at vertices.
    let point = (0..12i32, 0..12i32).prop_map(|(x, y)| CORNER + Coord { x: f64::from(x), y: f64::from(y) } * 7.3);
    let ring = prop::collection::vec(point, 3..12).prop_map(LineString);
    let polygon = prop::collection::vec(ring, 1..4).prop_map(|mut rings| Polygon::new(rings.remove(0), rings));
    prop::collection::vec(polygon, 1..4).prop_map(MultiPolygon)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_scrawled_becomes_a_surface_or_has_no_area(raw in scrawl()) {
        match mend(raw, PLANE) {
            Ok(mended) => assert_invariant(&mended.surface),
            Err(refused) => prop_assert!(matches!(refused, InvalidSurface::ZeroArea { .. }), "{}", refused),
        }
    }

    #[test]
    fn a_surface_keeps_its_area_when_its_rings_start_elsewhere_or_run_the_other_way(
        surface in anything(), start in 0usize..20, reversed in any::<bool>(),
    ) {
        let turn = |ring: &LineString<f64>| {
            let mut open = ring.0[1..].to_vec();
            let n = open.len();
            open.rotate_left(start % n);
            if reversed {
                open.reverse();
            }
            LineString(open)
        };
        let parts = surface.multi_polygon().iter();
        let turned = parts.map(|p| Polygon::new(turn(p.exterior()), p.interiors().iter().map(turn).collect())).collect();
        let result = mend(turned, PLANE).unwrap();
        prop_assert!((planar_area(&result.surface) - planar_area(&surface)).abs() < 1e-6);
        prop_assert!(kinds(&result).iter().all(|&k| k == RepairKind::Orientation));
        prop_assert_eq!(result.notes.len(), usize::from(reversed));
    }

    #[test]
    fn even_odd_on_one_ring_agrees_with_counting_crossings(
        points in prop::collection::vec((0..40i32, 0..40i32), 4..9), x in 0..39i32, y in 0..39i32,
    ) {
        // Integer corners, half-integer probe with an odd denominator apart: never on an edge of slope a/b with small b.
        let ring = LineString(points.iter().map(|&(x, y)| Coord { x: f64::from(x), y: f64::from(y) }).collect());
        let probe = Coord { x: f64::from(x) + 0.5 + 1e-3, y: f64::from(y) + 0.5 - 1.7e-3 };
        let raw = Polygon::new(ring, vec![]);
        let odd = raw.exterior().0.windows(2).filter(|w| {
            let (a, b) = (w[0], w[1]);
            (a.y > probe.y) != (b.y > probe.y) && probe.x < a.x + (probe.y - a.y) * (b.x - a.x) / (b.y - a.y)
        }).count() % 2 == 1;
        let inside = mend(MultiPolygon(vec![raw]), PLANE)
            .is_ok_and(|mended| geo::Contains::contains(mended.surface.multi_polygon(), &geo::Point(probe)));
        prop_assert_eq!(inside, odd);
    }
}
