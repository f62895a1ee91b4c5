//! What is summed instead of drawn: every level adds up to the same whole, and a tile says what it stands for.

use std::collections::BTreeMap;

use geo::Area;
use mujun_tiles::{LayerSchema, Row, Scratch, Selection, TileLayer, encode};
use proptest::prelude::*;

use super::support::{Plant, builder_of, city, decode, read, schema, tiles_over};

/// Features and weights in tenths, in all and by class.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sums {
    pub features: u64,
    pub weights: BTreeMap<String, u64>,
}

pub fn add(sums: &mut Sums, seen: &super::support::Seen) {
    sums.features += seen.number("features") as u64;
    for key in ["mu", "red_mu", "blue_mu"] {
        if seen.properties.contains_key(key) {
            *sums.weights.entry(key.to_owned()).or_default() += (seen.number(key) * 10.0).round() as u64;
        }
    }
}

pub fn planted<'a>(plants: impl Iterator<Item = &'a Plant>) -> Sums {
    let mut sums = Sums::default();
    for plant in plants {
        sums.features += 1;
        let class = ["red_mu", "blue_mu", ""][plant.id as usize % 3];
        for key in ["mu", class] {
            if !key.is_empty() {
                *sums.weights.entry(key.to_owned()).or_default() += plant.weight;
            }
        }
    }
    sums
}

/// A layer that is never drawn one by one before zoom 18.
fn summed(plants: &[Plant]) -> TileLayer {
    TileLayer::build(builder_of(LayerSchema { budget: 0, ..schema() }, plants))
}

#[test]
fn every_level_adds_up_to_the_city() {
    let plants = city(40, 30, 9_000, 11);
    let layer = summed(&plants);
    assert_eq!(layer.drawn_from(), 18);
    let whole = planted(plants.iter());
    for zoom in 0..=15 {
        let (mut cells, mut texts, mut meta) = (Sums::default(), Sums::default(), Sums::default());
        for tile in tiles_over(&layer, zoom) {
            let seen = read(&layer, tile);
            assert!(!seen.contains_key("plots") && !seen.contains_key("plots_tiny"));
            for cell in seen.get("plots_grid").into_iter().flatten() {
                assert_eq!(cell.outline().unsigned_area(), 64.0 * 64.0);
                add(&mut cells, cell);
            }
            for text in seen.get("plots_sum").into_iter().flatten() {
                let point = text.point();
                assert!((0.0..4096.0).contains(&point.x) && (0.0..4096.0).contains(&point.y));
                add(&mut texts, text);
            }
            for said in seen.get("meta").into_iter().flatten() {
                assert_eq!(said.text("layer"), "plots");
                assert_eq!(said.number("drawn_from"), 18.0);
                assert_eq!((said.text("shown_as"), said.number("pixels")), ("squares", 8.0));
                add(&mut meta, said);
            }
        }
        assert_eq!(cells, whole, "zoom {zoom}");
        assert_eq!(texts, whole, "zoom {zoom}");
        assert_eq!(meta, whole, "zoom {zoom}");
    }
}

#[test]
fn a_filter_sums_what_it_lets_through() {
    let plants = city(30, 30, 9_000, 12);
    let layer = summed(&plants);
    let red = layer.code(0, "甲");
    let wanted = |row: Row<'_>| row.code(0) == red;
    let chosen: Vec<Plant> = plants.iter().filter(|plant| plant.id % 3 == 0 && plant.id % 5 != 0).cloned().collect();
    let alone = summed(&chosen);
    for zoom in [0, 5, 9, 12, 14] {
        for tile in tiles_over(&layer, zoom) {
            let filtered =
                encode(tile, &[Selection { filter: Some(&wanted), ..Selection::all(&layer) }], &mut Scratch::default());
            assert_eq!(filtered, super::support::bytes(&alone, tile), "{tile:?}");
        }
    }
}

#[test]
fn the_fullest_tile_decides_from_where_features_are_drawn() {
    let plants = city(60, 60, 9_000, 13);
    let of_budget = |budget| TileLayer::build(builder_of(LayerSchema { budget, ..schema() }, &plants));
    assert_eq!(of_budget(usize::MAX).drawn_from(), 0);
    for budget in [30_000, 100_000, 300_000] {
        let layer = of_budget(budget);
        assert!(layer.drawn_from() > 0);
        for zoom in [layer.drawn_from(), layer.drawn_from() + 1] {
            for tile in tiles_over(&layer, zoom) {
                let bytes = super::support::bytes(&layer, tile);
                assert!(bytes.len() <= budget, "{budget}: {tile:?} takes {}", bytes.len());
            }
        }
        // Not needlessly late: one zoom earlier the fullest tile would have been near the budget or beyond.
        let earlier = layer.drawn_from() - 1;
        let all = of_budget(usize::MAX);
        let fullest = tiles_over(&all, earlier).into_iter().map(|tile| super::support::bytes(&all, tile).len()).max();
        assert!(fullest.unwrap() * 3 > budget * 2, "{budget}: {fullest:?} at zoom {earlier}");
    }
}

#[test]
fn several_layers_share_a_tile_and_its_account() {
    let plants = city(5, 5, 9_000, 15);
    let (one, other) = (
        summed(&plants),
        TileLayer::build(builder_of(LayerSchema { budget: 0, ..LayerSchema { name: "yards".to_owned(), ..schema() } }, &plants)),
    );
    let tile = tiles_over(&one, 6).into_iter().find(|tile| read(&one, *tile).contains_key("plots_grid")).unwrap();
    let seen = decode(&encode(tile, &[Selection::all(&one), Selection::all(&other)], &mut Scratch::default()));
    assert_eq!(seen.keys().collect::<Vec<_>>(), ["meta", "plots_grid", "plots_sum", "yards_grid", "yards_sum"]);
    assert_eq!(seen["meta"].iter().map(|said| said.text("layer")).collect::<Vec<_>>(), ["plots", "yards"]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]
    #[test]
    fn sums_are_exact_for_any_weights(weights in prop::collection::vec(0..(1_u64 << 45), 1..60), seed in any::<u64>(), zoom in 0..=12_u8) {
        let mut plants = city(8, 8, 20_000, seed);
        plants.truncate(weights.len());
        for (plant, weight) in plants.iter_mut().zip(&weights) {
            plant.weight = *weight;
        }
        let layer = summed(&plants);
        let mut sums = Sums::default();
        for tile in tiles_over(&layer, zoom) {
            for said in read(&layer, tile).get("meta").into_iter().flatten() {
                add(&mut sums, said);
            }
        }
        // A class without a feature is said to be nothing.
        let mut expected = planted(plants.iter());
        for key in ["red_mu", "blue_mu"] {
            expected.weights.entry(key.to_owned()).or_default();
        }
        prop_assert_eq!(sums, expected);
    }
}
