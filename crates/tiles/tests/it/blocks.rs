//! Blocks: what they cover, what they count, and that no tile is heavier than it may be.

use std::collections::BTreeSet;

use geo::{Area, BooleanOps, BoundingRect, Contains, MultiPolygon, Validation};
use mujun_tiles::{LayerSchema, MOST_BYTES, Scratch, Selection, TileAddress, TileLayer, encode};
use proptest::prelude::*;

use super::{
    sums::{Sums, add, planted},
    support::{Plant, Seen, Tile, builder_of, city, decode, read, schema, tiles_over},
};

const SIDE: u32 = 9_000;

fn in_blocks() -> LayerSchema {
    LayerSchema { drawn_from: 14, class_key: Some("class".to_owned()), ..schema() }
}

fn blocks(tile: &Tile) -> &[Seen] {
    tile.get("plots_block").map_or(&[], Vec::as_slice)
}

#[test]
fn blocks_are_valid_and_share_their_borders_and_every_feature_counts_in_one() {
    let plants = city(30, 22, SIDE, 41);
    let layer = TileLayer::build(builder_of(in_blocks(), &plants)).with_blocks();
    assert_eq!((layer.blocks_from(), layer.drawn_from()), (11, 14));
    let whole = planted(plants.iter());
    for zoom in 11..14 {
        let (mut counted, mut said, mut texts) = (Sums::default(), Sums::default(), Sums::default());
        let mut seen_blocks = 0;
        for address in tiles_over(&layer, zoom) {
            let tile = read(&layer, address);
            assert!(!tile.contains_key("plots") && !tile.contains_key("plots_grid"));
            let mut together = MultiPolygon::<f64>::new(vec![]);
            let mut area = 0.0;
            for block in blocks(&tile) {
                let outline = block.outline();
                assert!(outline.is_valid(), "{address:?}: {:?}", outline.validation_errors());
                assert_eq!(outline.0.len(), 1, "a block hangs together");
                let (least, most) = outline.bounding_rect().map(|all| (all.min(), all.max())).unwrap();
                let is_here = most.x > 0.0 && most.y > 0.0 && least.x < 4096.0 && least.y < 4096.0;
                assert!(is_here, "{address:?}: a block that lies in the margin only is the neighbour's");
                area += outline.unsigned_area();
                together = together.union(&outline);
                add(&mut counted, block);
                seen_blocks += 1;
            }
            assert!((together.unsigned_area() - area).abs() < 1e-3, "{address:?}: blocks overlap");
            tile.get("meta").into_iter().flatten().for_each(|own| {
                assert_eq!((own.text("shown_as"), own.number("pixels")), ("blocks", 1.0));
                add(&mut said, own);
            });
            tile.get("plots_sum").into_iter().flatten().for_each(|own| add(&mut texts, own));
        }
        assert_eq!((&counted, &said, &texts), (&whole, &whole, &whole), "zoom {zoom}");
        assert!(seen_blocks < plants.len() * 2, "neighbours of one class are one block");
    }
}

#[test]
fn a_block_covers_what_its_features_cover_to_the_pixel() {
    let plants = city(20, 14, SIDE, 42);
    let layer = TileLayer::build(builder_of(in_blocks(), &plants));
    let mut compared = 0;
    for zoom in [11, 12] {
        for address in tiles_over(&layer, zoom) {
            let tile = read(&layer, address);
            let found: Vec<(String, MultiPolygon<f64>)> =
                blocks(&tile).iter().map(|block| (block.text("class").to_owned(), block.outline())).collect();
            let exact: Vec<(usize, MultiPolygon<f64>)> =
                plants.iter().map(|plant| (plant.id as usize % 3, plant.in_units(address))).collect();
            let bounds = exact.iter().filter_map(|(_, outline)| outline.bounding_rect());
            let bounds: Vec<_> = bounds.collect();
            let labels: Vec<(usize, [i64; 2])> = plants
                .iter()
                .map(|plant| {
                    let label = layer.get(plant.id).unwrap().label();
                    let (z, x, y) = address.parts();
                    let pixel = |way: u32, tile: u32| (i64::from(way) >> (32 - z - 9)) - (i64::from(tile) << 9);
                    (plant.id as usize % 3, [pixel(label.x, x), pixel(label.y, y)])
                })
                .collect();
            for row in (0..512_i64).step_by(2) {
                for column in 0..512_i64 {
                    let centre = geo::Point::new(column as f64 * 8.0 + 4.0, row as f64 * 8.0 + 4.0);
                    let near = |at: &usize| {
                        let around = bounds[*at];
                        (around.min().x - 8.0..around.max().x + 8.0).contains(&centre.x())
                            && (around.min().y - 8.0..around.max().y + 8.0).contains(&centre.y())
                    };
                    let near: Vec<usize> = (0..exact.len()).filter(near).collect();
                    if near.is_empty() {
                        continue;
                    }
                    let covering = near.iter().filter(|at| exact[**at].1.contains(&centre)).map(|at| exact[*at].0);
                    let labelled = near.iter().filter(|at| labels[**at].1 == [column, row]).map(|at| labels[*at].0);
                    let expected = covering.chain(labelled).min().map(|class| ["red", "blue", ""][class]);
                    let block = found.iter().find(|(_, outline)| outline.contains(&centre));
                    assert_eq!(block.map(|(class, _)| class.as_str()), expected, "{address:?} {column} {row}");
                    compared += usize::from(expected.is_some());
                }
            }
        }
    }
    assert!(compared > 1_500, "{compared}");
}

#[test]
fn blocks_that_are_too_many_are_made_of_coarser_cells_and_at_last_squares() {
    let plants = city(60, 60, SIDE, 43);
    let whole = planted(plants.iter());
    let mut said = BTreeSet::new();
    for budget in [80_000, 48_000, 32_000, 24_000, 16_000, 12_000, 8_000, 4_000, 600] {
        let layer = TileLayer::build(builder_of(LayerSchema { budget, ..in_blocks() }, &plants));
        let mut counted = Sums::default();
        for address in tiles_over(&layer, 11) {
            let tile = read(&layer, address);
            for block in blocks(&tile).iter().chain(tile.get("plots_grid").into_iter().flatten()) {
                assert!(block.outline().is_valid());
                add(&mut counted, block);
            }
            for own in tile.get("meta").into_iter().flatten() {
                said.insert((own.text("shown_as").to_owned(), own.number("pixels") as u32));
            }
        }
        assert_eq!(counted, whole, "{budget}");
    }
    let words: Vec<(&str, u32)> = said.iter().map(|(word, pixels)| (word.as_str(), *pixels)).collect();
    assert_eq!(words, [("blocks", 1), ("blocks", 2), ("blocks", 4), ("squares", 8)]);
}

/// What a tile tells of a layer, however it does: drawn features by their label points, and what is summed.
fn told(layer: &TileLayer, name: &str, plants: &[Plant], address: TileAddress, tile: &Tile) -> Sums {
    let drawn = [name.to_owned(), format!("{name}_tiny")].into_iter().filter_map(|part| tile.get(&part)).flatten();
    let ids: BTreeSet<u64> = drawn.filter_map(|feature| feature.id).collect();
    let here = |plant: &&Plant| ids.contains(&plant.id) && address.holds(layer.get(plant.id).unwrap().label());
    let mut sums = planted(plants.iter().filter(here));
    for part in ["block", "grid"] {
        tile.get(&format!("{name}_{part}")).into_iter().flatten().for_each(|own| add(&mut sums, own));
    }
    sums.weights.retain(|_, sum| *sum > 0);
    sums
}

fn plus(all: &mut Sums, own: Sums) {
    all.features += own.features;
    for (key, sum) in own.weights {
        *all.weights.entry(key).or_default() += sum;
    }
}

#[test]
fn the_layer_that_takes_most_gives_way_and_a_small_one_stays_drawn() {
    let layer = |name: &str, plants: &[Plant]| {
        let schema = LayerSchema { name: name.to_owned(), class_key: Some("class".to_owned()), ..schema() };
        TileLayer::build(builder_of(schema, plants)).with_blocks()
    };
    let layers = [
        layer("hamlet", &city(6, 6, 3_000, 60)),
        layer("plots", &city(74, 74, 3_000, 50)),
        layer("yards", &city(74, 74, 3_000, 51)),
    ];
    let selected: Vec<Selection<'_>> = layers.iter().map(Selection::all).collect();
    let mut gave_way = 0;
    let all_drawn_from = layers.iter().map(TileLayer::drawn_from).max().unwrap();
    for address in tiles_over(&layers[0], all_drawn_from) {
        let alone = decode(&super::support::bytes(&layers[0], address));
        let tile = decode(&encode(address, &selected, &mut Scratch::default()));
        let coarser: Vec<_> =
            alone.keys().filter(|part| tile.get(*part).map(Vec::len) != alone.get(*part).map(Vec::len)).collect();
        assert!(coarser.is_empty(), "{address:?}: {coarser:?}");
        gave_way += usize::from(tile.contains_key("meta"));
    }
    assert!(gave_way > 0, "no tile was too heavy");
}

#[test]
fn a_tile_of_many_layers_keeps_to_its_bytes_and_still_tells_of_everything() {
    let names = ["plots", "yards", "sheds"];
    let grounds: Vec<Vec<Plant>> = (0..3).map(|seed| city(74, 74, 3_000, 50 + seed)).collect();
    let layers: Vec<TileLayer> = names
        .iter()
        .zip(&grounds)
        .map(|(name, plants)| {
            let schema = LayerSchema { name: (*name).to_owned(), class_key: Some("class".to_owned()), ..schema() };
            TileLayer::build(builder_of(schema, plants)).with_blocks()
        })
        .collect();
    let selected: Vec<Selection<'_>> = layers.iter().map(Selection::all).collect();
    let mut was_over = 0;
    for zoom in [5, 9, 11, 12, 13, 14] {
        let mut all = vec![Sums::default(); 3];
        for address in tiles_over(&layers[0], zoom) {
            let bytes = encode(address, &selected, &mut Scratch::default());
            assert!(bytes.len() <= MOST_BYTES, "{address:?} takes {}", bytes.len());
            assert_eq!(bytes, encode(address, &selected, &mut Scratch::default()));
            let alone: usize = layers.iter().map(|layer| super::support::bytes(layer, address).len()).sum();
            let tile = decode(&bytes);
            for ((layer, name), (plants, all)) in layers.iter().zip(names).zip(grounds.iter().zip(&mut all)) {
                plus(all, told(layer, name, plants, address, &tile));
                let has = |part: &str| tile.contains_key(&format!("{name}_{part}"));
                let said = tile.get("meta").into_iter().flatten().any(|own| own.text("layer") == name);
                assert_eq!(has("block") || has("grid"), said, "{address:?}: what is not drawn is said");
            }
            if alone > MOST_BYTES {
                was_over += 1;
                assert!(tile.contains_key("meta"));
            }
        }
        for (all, plants) in all.iter().zip(&grounds) {
            assert_eq!(*all, planted(plants.iter()), "zoom {zoom}");
        }
    }
    assert!(was_over > 0, "no tile was too heavy");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]
    #[test]
    fn at_every_zoom_tiles_add_up_to_the_truth(seed in any::<u64>(), side in 1_000..20_000_u32, drawn_from in 5..15_u8, budget in 500..60_000_usize) {
        let plants = city(12, 9, side, seed);
        let schema = LayerSchema { drawn_from, budget, class_key: Some("class".to_owned()), ..schema() };
        let layer = TileLayer::build(builder_of(schema, &plants)).with_blocks();
        let mut whole = planted(plants.iter());
        whole.weights.retain(|_, sum| *sum > 0);
        for zoom in 5..=14 {
            let mut all = Sums::default();
            for address in tiles_over(&layer, zoom) {
                plus(&mut all, told(&layer, "plots", &plants, address, &read(&layer, address)));
            }
            prop_assert_eq!(&all, &whole, "zoom {}", zoom);
        }
    }
}
