//! What is drawn one by one: nothing lost, nothing twice, everything where it is.

use std::collections::BTreeMap;

use geo::{Area, BooleanOps, BoundingRect, Contains, HausdorffDistance, MultiPolygon, Rect, Validation};
use mujun_tiles::{LayerSchema, Place, TileAddress, TileLayer};
use mvt_reader::feature::Value as Read;
use proptest::prelude::*;

use super::support::{self, CORNER, Dice, Plant, builder_of, city, layer_of, read, tiles_over};

#[test]
fn at_every_zoom_each_feature_is_drawn_or_kept_as_a_point_and_has_one_label() {
    let plants = city(24, 18, 9_000, 1);
    let layer = layer_of(&plants);
    for zoom in [0, 3, 5, 8, 10, 11, 12, 13, 14, 15, 16] {
        let (mut shown, mut labels) = (BTreeMap::new(), BTreeMap::new());
        for tile in tiles_over(&layer, zoom) {
            let seen = read(&layer, tile);
            for name in ["plots", "plots_tiny"] {
                for feature in seen.get(name).into_iter().flatten() {
                    shown.insert(feature.id.unwrap(), name);
                }
            }
            for feature in seen.get("plots_label").into_iter().flatten() {
                *labels.entry(feature.id.unwrap()).or_insert(0) += 1;
                let point = feature.point();
                assert!((0.0..4096.0).contains(&point.x) && (0.0..4096.0).contains(&point.y));
            }
        }
        assert_eq!(shown.len(), plants.len(), "zoom {zoom}");
        assert_eq!(labels.len(), plants.len(), "zoom {zoom}");
        assert!(labels.values().all(|count| *count == 1), "zoom {zoom}");
        let tiny = shown.values().filter(|name| **name == "plots_tiny").count();
        assert_eq!(tiny, if zoom <= 8 { plants.len() } else { 0 }, "zoom {zoom}");
    }
}

/// How far the drawn outline may be from the exact one, in units: half a unit a way, half a pixel a way where outlines are coarse, and
/// once more where a cut was rounded.
fn tolerance(zoom: u8) -> f64 {
    if zoom <= 12 { 4.5 } else { 1.01 }
}

/// Asserts that a tile shows of a feature what the tile and its margin hold of it.
fn assert_faithful(plant: &Plant, tile: TileAddress, drawn: Option<&MultiPolygon<f64>>) -> Result<(), TestCaseError> {
    let kept = Rect::new((-64.0, -64.0), (4160.0, 4160.0)).to_polygon();
    let exact = plant.in_units(tile);
    let expected = exact.intersection(&MultiPolygon::new(vec![kept]));
    let tolerance = tolerance(tile.zoom());
    let Some(drawn) = drawn else {
        // Only what is thinner than rounding may be missing.
        let width = expected.bounding_rect().map_or(0.0, |bounds| bounds.width().min(bounds.height()));
        let thin = expected.unsigned_area() <= tolerance * 2.0 * perimeter(&expected) || width <= 2.0 * tolerance;
        prop_assert!(thin, "{tile:?} lacks {plant:?}: {expected:?}");
        return Ok(());
    };
    prop_assert!(drawn.is_valid(), "{tile:?} {plant:?}: {:?} {drawn:?}", drawn.validation_errors());
    for coord in drawn.0.iter().flat_map(|polygon| polygon.exterior().0.iter()) {
        prop_assert!((-64.0..=4160.0).contains(&coord.x) && (-64.0..=4160.0).contains(&coord.y), "{coord:?}");
    }
    // What differs is a band along the outline no wider than the tolerance.
    let off = drawn.xor(&expected).unsigned_area();
    let band = (perimeter(&expected) + perimeter(drawn)) * tolerance;
    prop_assert!(off <= band, "{tile:?} {plant:?}: off by {off} of at most {band}");
    Ok(())
}

fn perimeter(outline: &MultiPolygon<f64>) -> f64 {
    let rings = outline.0.iter().flat_map(|polygon| std::iter::once(polygon.exterior()).chain(polygon.interiors()));
    rings.flat_map(|ring| ring.lines()).map(|line| line.delta().x.hypot(line.delta().y)).sum()
}

#[test]
fn outlines_of_a_city_are_valid_and_where_they_are() {
    let plants = city(16, 12, 7_000, 2);
    let layer = layer_of(&plants);
    for zoom in [9, 11, 12, 13, 15, 17, 19, 21, 22] {
        // At deep zooms only the tiles around the corner of four.
        let tiles = tiles_over(&layer, zoom);
        for tile in
            tiles.iter().filter(|tile| zoom < 17 || tile.padded().meets(&mujun_tiles::WorldBox { min: CORNER, max: CORNER }))
        {
            let seen = read(&layer, *tile);
            let drawn: BTreeMap<u64, MultiPolygon<f64>> =
                seen.get("plots").into_iter().flatten().map(|feature| (feature.id.unwrap(), feature.outline())).collect();
            for plant in &plants {
                assert_faithful(plant, *tile, drawn.get(&plant.id)).unwrap();
            }
        }
    }
}

#[test]
fn corners_are_within_one_unit() {
    let plants = city(10, 10, 30_000, 3);
    let layer = layer_of(&plants);
    for zoom in [13, 14, 16] {
        for tile in tiles_over(&layer, zoom) {
            for feature in read(&layer, tile).get("plots").into_iter().flatten() {
                let plant = &plants[feature.id.unwrap() as usize - 1];
                let exact = plant.in_units(tile);
                let inside = exact.bounding_rect().unwrap();
                if inside.min().x > -63.0 && inside.min().y > -63.0 && inside.max().x < 4159.0 && inside.max().y < 4159.0 {
                    let off = feature.outline().hausdorff_distance(&exact);
                    assert!(off <= 0.71, "{zoom}: {off}");
                }
            }
        }
    }
}

#[test]
fn a_feature_on_an_edge_is_in_both_tiles_and_its_label_in_one() {
    let layer = layer_of(&[Plant::square(1, Place { x: CORNER.x - 500, y: CORNER.y + 5_000 }, 1_000)]);
    let east = TileAddress::holding(CORNER, 16);
    let (z, x, y) = east.parts();
    let west = TileAddress::new(z, x - 1, y).unwrap();
    let (east, west) = (read(&layer, east), read(&layer, west));
    assert_eq!((east["plots"].len(), west["plots"].len()), (1, 1));
    let labels = [east.get("plots_label"), west.get("plots_label")];
    assert_eq!(labels.iter().flatten().count(), 1);
    // A unit at zoom 16 is 16 steps: 31.25 of them on each side of the edge.
    let bounds = west["plots"][0].outline().bounding_rect().unwrap();
    assert_eq!((bounds.min().x, bounds.max().x), (4065.0, 4127.0));
}

#[test]
fn a_feature_that_covers_a_tile_fills_it_to_the_margin() {
    let layer = layer_of(&[Plant::square(1, Place { x: CORNER.x - 4_000_000, y: CORNER.y - 4_000_000 }, 8_000_000)]);
    let tile = TileAddress::holding(Place { x: CORNER.x + 1_000_000, y: CORNER.y + 1_000_000 }, 16);
    let seen = read(&layer, tile);
    assert_eq!(seen["plots"][0].outline().unsigned_area(), 4224.0 * 4224.0);
}

#[test]
fn attributes_are_those_that_were_set_and_what_is_missing_is_absent() {
    let plants = city(12, 12, 9_000, 4);
    let layer = layer_of(&plants);
    let mut checked = 0;
    for tile in tiles_over(&layer, 14) {
        let seen = read(&layer, tile);
        for feature in seen.iter().filter(|(name, _)| *name != "meta").flat_map(|(_, features)| features) {
            let id = feature.id.unwrap();
            checked += 1;
            if id % 5 == 0 {
                assert!(feature.properties.is_empty());
                continue;
            }
            assert_eq!(feature.text("kind"), ["甲", "乙", "丙"][id as usize % 3]);
            assert_eq!(feature.text("code"), format!("P{id:04}"));
            assert_eq!(feature.number("ratio"), id as f64 / 7.0);
            assert_eq!(feature.properties["storeys"], Read::SInt(id as i64 - 20));
            assert_eq!(feature.properties["open"], Read::Bool(id % 2 == 0));
        }
    }
    assert!(checked >= 2 * plants.len());
}

#[test]
fn columns_labels_and_layers_keep_to_their_zooms() {
    let plants = city(4, 4, 9_000, 5);
    let mut schema = LayerSchema { shown: 12..=15, labels_from: 14, ..support::schema() };
    schema.columns[1] = schema.columns[1].clone().from_zoom(13);
    let layer = TileLayer::build(builder_of(schema, &plants));
    let at = |zoom: u8| read(&layer, TileAddress::holding(Place { x: CORNER.x + 10, y: CORNER.y + 10 }, zoom));
    assert!(at(16).is_empty());
    assert_eq!(at(11).keys().collect::<Vec<_>>(), ["meta"]);
    assert_eq!(at(11)["meta"][0].text("shown_as"), "nothing");
    let has_code = |tile: &support::Tile| tile["plots"].iter().any(|feature| feature.properties.contains_key("code"));
    assert!(!has_code(&at(12)) && has_code(&at(13)));
    assert!(at(12)["plots"].iter().any(|feature| feature.properties.contains_key("kind")));
    assert!(!at(13).contains_key("plots_label") && at(14).contains_key("plots_label"));
}

#[test]
fn selection_and_filter_leave_out_what_was_not_asked_for() {
    let plants = city(6, 6, 9_000, 6);
    let layer = layer_of(&plants);
    let tile = TileAddress::holding(Place { x: CORNER.x + 10, y: CORNER.y + 10 }, 14);
    let red = layer.code(0, "甲");
    let wanted = |row: mujun_tiles::Row<'_>| row.code(0) == red;
    let selection = mujun_tiles::Selection { layer: &layer, columns: 1 << 1, filter: Some(&wanted) };
    let seen = support::decode(&mujun_tiles::encode(tile, &[selection], &mut mujun_tiles::Scratch::default()));
    assert!(!seen["plots"].is_empty());
    for feature in &seen["plots"] {
        let id = feature.id.unwrap();
        assert!(id % 3 == 0 && id % 5 != 0);
        assert_eq!(feature.properties.keys().collect::<Vec<_>>(), ["code"]);
    }
}

#[test]
fn a_tile_of_the_ocean_is_empty() {
    let layer = layer_of(&city(3, 3, 9_000, 7));
    assert_eq!(support::bytes(&layer, TileAddress::new(9, 3, 3).unwrap()), Vec::<u8>::new());
    let nothing = layer_of(&[]);
    assert_eq!(support::bytes(&nothing, TileAddress::new(0, 0, 0).unwrap()), Vec::<u8>::new());
}

#[test]
fn neighbours_meet_where_a_tile_cuts_them() {
    // One border of many slants is walked southward by one and northward by the other.
    let mut dice = Dice(8);
    let border: Vec<(u32, u32)> = (0..60)
        .map(|number| (CORNER.x - 100_000 + number * 5_000 + dice.below(4_000), CORNER.y + 200 + dice.below(9_000)))
        .collect();
    let (first, last) = (border[0].0, border[59].0);
    let mut north = border.clone();
    north.extend([(last, CORNER.y - 50_000), (first, CORNER.y - 50_000)]);
    let mut south: Vec<(u32, u32)> = border.iter().rev().copied().collect();
    south.extend([(first, CORNER.y + 60_000), (last, CORNER.y + 60_000)]);
    let plants = [north, south].map(|ring| vec![vec![ring]]);
    let [north, south] = plants;
    let layer = layer_of(&[Plant { id: 1, parts: north, weight: 1 }, Plant { id: 2, parts: south, weight: 1 }]);
    let mut cut = 0;
    for zoom in 15..=20 {
        for tile in tiles_over(&layer, zoom) {
            let seen = read(&layer, tile);
            let Some([one, other]) = seen.get("plots").map(Vec::as_slice) else { continue };
            let (one, other) = (one.outline(), other.outline());
            assert_eq!(one.intersection(&other).unsigned_area(), 0.0, "{tile:?}: they overlap");
            let kept = Rect::new((-64.0, -64.0), (4160.0, 4160.0));
            let both = one.union(&other);
            let covered = both.bounding_rect().unwrap();
            if covered == kept {
                assert_eq!(both.unsigned_area(), 4224.0 * 4224.0, "{tile:?}: there is a gap between them");
                cut += 1;
            }
        }
    }
    assert!(cut > 20, "{cut}");
}

#[test]
fn a_label_lies_in_its_feature() {
    let horseshoe = |id: u64, thick: u32| {
        let (x, y) = (CORNER.x, CORNER.y);
        let ring = vec![
            (x, y),
            (x + 9_000, y),
            (x + 9_000, y + 9_000),
            (x + 9_000 - thick, y + 9_000),
            (x + 9_000 - thick, y + thick),
            (x + thick, y + thick),
            (x + thick, y + 9_000),
            (x, y + 9_000),
        ];
        Plant { id, parts: vec![vec![ring]], weight: 1 }
    };
    let ring = |id: u64| {
        let (mut outer, inner) =
            (Plant::square(id, CORNER, 9_000), Plant::square(0, Place { x: CORNER.x + 50, y: CORNER.y + 50 }, 8_900));
        outer.parts[0].push(inner.parts[0][0].clone());
        outer
    };
    let mut plants = city(20, 20, 9_000, 9);
    plants.extend([horseshoe(1_001, 900), horseshoe(1_002, 5), ring(1_003)]);
    let layer = layer_of(&plants);
    let tile = TileAddress::holding(CORNER, 20);
    for plant in &plants {
        let label = layer.get(plant.id).unwrap().label();
        let (_, column, row) = tile.parts();
        let point =
            geo::Point::new(f64::from(label.x) - f64::from(column) * 4096.0, f64::from(label.y) - f64::from(row) * 4096.0);
        assert!(plant.in_units(tile).contains(&point), "{plant:?}: {point:?}");
    }
}

#[test]
fn what_has_no_extent_is_a_point_and_what_has_no_ring_is_nothing() {
    let (x, y) = (CORNER.x + 5, CORNER.y + 5);
    let plant = |id, rings| Plant { id, parts: vec![rings], weight: 1 };
    let layer = layer_of(&[plant(1, vec![vec![(x, y)]]), plant(2, vec![vec![(x, y), (x + 70_000, y)]]), plant(3, vec![])]);
    assert_eq!(layer.len(), 2);
    assert!(layer.get(3).is_none());
    for zoom in [0, 7, 12, 14, 18, 22] {
        let seen = read(&layer, TileAddress::holding(CORNER, zoom));
        assert_eq!(seen.keys().collect::<Vec<_>>(), ["plots_label", "plots_tiny"], "zoom {zoom}");
        let mut ids: Vec<_> = seen["plots_tiny"].iter().filter_map(|feature| feature.id).collect();
        ids.sort_unstable();
        assert_eq!(ids, [1, 2], "zoom {zoom}");
    }
}

/// A star-shaped outline, perhaps with a hole, perhaps thin, somewhere about the corner of four tiles.
fn star() -> impl Strategy<Value = Plant> {
    (3..40_u32, 200..400_000_u32, any::<u64>(), 0..3_u32, 1..60_u32).prop_map(|(corners, size, seed, holes, flat)| {
        let mut dice = Dice(seed);
        let (x, y) = (
            i64::from(CORNER.x) + i64::from(dice.below(40_000)) - 20_000,
            i64::from(CORNER.y) + i64::from(dice.below(40_000)) - 20_000,
        );
        let mut around = |inner: f64, outer: f64| -> Vec<(u32, u32)> {
            (0..corners)
                .map(|number| {
                    let angle =
                        std::f64::consts::TAU * (f64::from(number) + f64::from(dice.below(800)) / 1000.0) / f64::from(corners);
                    let reach = f64::from(size) * (inner + (outer - inner) * f64::from(dice.below(1000)) / 1000.0);
                    let (dx, dy) = (reach * angle.cos(), reach * angle.sin() / f64::from(flat));
                    ((x + dx.round() as i64) as u32, (y + dy.round() as i64) as u32)
                })
                .collect()
        };
        let mut rings = vec![around(0.3, 1.0)];
        if holes > 0 {
            rings.push(around(0.1, 0.25));
        }
        Plant { id: 1, parts: vec![rings], weight: 1 }
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]
    #[test]
    fn any_outline_at_any_zoom_is_valid_and_where_it_is(plant in star(), zoom in 6..=22_u8) {
        // A hole of a triangle may reach beyond it, and steps may make a thin star cross itself: such are no surfaces.
        let planted = plant.in_units(TileAddress::holding(CORNER, 20));
        prop_assume!(planted.is_valid());
        let layer = layer_of(std::slice::from_ref(&plant));
        for (dx, dy) in [(0, 0), (1, 0), (0, 1), (1, 1)] {
            let tile = TileAddress::holding(Place { x: CORNER.x - dx, y: CORNER.y - dy }, zoom);
            let seen = read(&layer, tile);
            let drawn = seen.get("plots").map(|features| features[0].outline());
            assert_faithful(&plant, tile, drawn.as_ref())?;
        }
    }

    #[test]
    fn whatever_is_pushed_makes_tiles_that_can_be_read(
        rings in prop::collection::vec(prop::collection::vec((any::<u32>(), any::<u32>()), 1..9), 1..5),
        near in any::<bool>(),
        zoom in 0..=22_u8,
    ) {
        let fold = |(x, y): (u32, u32)| if near { (CORNER.x - 300 + x % 600, CORNER.y - 300 + y % 600) } else { (x, y) };
        let rings: Vec<Vec<(u32, u32)>> = rings.into_iter().map(|ring| ring.into_iter().map(fold).collect()).collect();
        let first = rings[0][0];
        let layer = layer_of(&[Plant { id: 1, parts: vec![rings], weight: 1 }]);
        read(&layer, TileAddress::holding(Place { x: first.0, y: first.1 }, zoom));
        read(&layer, TileAddress::holding(layer.get(1).unwrap().label(), zoom));
    }
}
