//! A changed layer is the layer that would have been built, and only the tiles that it says have changed.

use std::collections::BTreeMap;

use mujun_tiles::{LayerSchema, Place, TileAddress, TileLayer};
use proptest::prelude::*;

use super::support::{Dice, Plant, builder_of, bytes, city, schema, tiles_over};

/// Drawn from zoom 14 on whatever happens, in blocks or squares before.
fn steady() -> LayerSchema {
    LayerSchema { drawn_from: 14, budget: usize::MAX, ..schema() }
}

fn build(plants: &BTreeMap<u64, Plant>) -> TileLayer {
    let all: Vec<Plant> = plants.values().cloned().collect();
    TileLayer::build(builder_of(steady(), &all))
}

const ZOOMS: [u8; 8] = [0, 5, 9, 11, 12, 13, 14, 16];

fn all_tiles(layer: &TileLayer) -> BTreeMap<TileAddress, Vec<u8>> {
    ZOOMS.iter().flat_map(|zoom| tiles_over(layer, *zoom)).map(|tile| (tile, bytes(layer, tile))).collect()
}

#[test]
fn a_layer_after_changes_is_the_layer_built_anew_and_says_where_it_differs() {
    let mut dice = Dice(99);
    let mut plants: BTreeMap<u64, Plant> = city(14, 12, 9_000, 21).into_iter().map(|plant| (plant.id, plant)).collect();
    // The fresh ones make their blocks as they are asked for.
    let mut layer = build(&plants).with_blocks();
    assert_eq!((layer.blocks_from(), layer.drawn_from()), (11, 14));
    let (mut same, mut different) = (0, 0);
    for round in 0..12_u64 {
        let ids: Vec<u64> = plants.keys().copied().collect();
        let pick = |dice: &mut Dice| ids[dice.below(ids.len() as u32) as usize];
        let removed: Vec<u64> = (0..dice.below(3)).map(|_| pick(&mut dice)).chain([1_000_000 + round]).collect();
        let mut added = Vec::new();
        for number in 0..dice.below(4) {
            // One that was there moves, gets another weight and other attributes; or one comes that was not there.
            let id = if dice.below(2) == 0 { pick(&mut dice) } else { 10_000 + round * 10 + u64::from(number) };
            let mut plant = plants.get(&pick(&mut dice)).unwrap().clone();
            let by = dice.below(9_000);
            for place in plant.parts.iter_mut().flatten().flatten() {
                *place = (place.0 + by, place.1 - by);
            }
            plant.id = id;
            plant.weight += 17;
            added.push(plant);
        }
        let changed = layer.with_changes(&removed, builder_of(steady(), &added));
        for id in &removed {
            plants.remove(id);
        }
        for plant in added {
            plants.insert(plant.id, plant);
        }
        let fresh = build(&plants);
        assert_eq!(changed.layer.len(), plants.len());
        let (before, after) = (all_tiles(&layer), all_tiles(&changed.layer));
        for (tile, now) in &after {
            assert_eq!(*now, bytes(&fresh, *tile), "round {round}: {tile:?}");
            let touched = changed.dirty.iter().any(|dirty| dirty.meets(&tile.padded()));
            match before.get(tile) {
                Some(then) if then == now => same += usize::from(!touched),
                Some(_) => {
                    assert!(touched, "round {round}: {tile:?} differs");
                    different += 1;
                }
                None => {}
            }
        }
        layer = changed.layer;
    }
    assert!(different > 50 && same > 500, "{different} {same}");
}

#[test]
fn when_very_much_has_changed_the_layer_is_put_in_order_anew() {
    let plants = city(70, 70, 3_000, 22);
    let layer = TileLayer::build(builder_of(steady(), &plants)).with_blocks();
    let moved: Vec<Plant> = plants
        .iter()
        .map(|plant| {
            let mut plant = plant.clone();
            plant.parts.iter_mut().flatten().flatten().for_each(|place| place.0 += 700);
            plant
        })
        .collect();
    let (changed, fresh) =
        (layer.with_changes(&[], builder_of(steady(), &moved)), TileLayer::build(builder_of(steady(), &moved)));
    assert_eq!(changed.layer.len(), plants.len());
    assert_eq!(changed.layer.bounds(), fresh.bounds());
    for zoom in [0, 8, 12, 13, 14] {
        for tile in tiles_over(&fresh, zoom) {
            assert_eq!(bytes(&changed.layer, tile), bytes(&fresh, tile), "{tile:?}");
        }
    }
}

#[test]
fn a_budget_that_no_longer_holds_makes_every_tile_dirty() {
    let of = |plants: &[Plant]| builder_of(LayerSchema { budget: 100_000, ..schema() }, plants);
    let (few, many) = (city(5, 5, 9_000, 23), city(80, 80, 9_000, 23));
    let layer = TileLayer::build(of(&few));
    let changed = layer.with_changes(&[], of(&many));
    assert_eq!(layer.drawn_from(), 0);
    assert!(changed.layer.drawn_from() > 0);
    assert_eq!(changed.dirty, [mujun_tiles::WorldBox::WORLD]);
}

#[test]
fn of_two_features_with_one_id_the_later_counts() {
    let square = |id, dx| Plant::square(id, Place { x: super::support::CORNER.x + dx, y: super::support::CORNER.y }, 5_000);
    let layer = TileLayer::build(builder_of(steady(), &[square(1, 0), square(2, 9_000), square(1, 20_000)]));
    let expected = TileLayer::build(builder_of(steady(), &[square(2, 9_000), square(1, 20_000)]));
    assert_eq!(layer.len(), 2);
    for tile in ZOOMS.iter().flat_map(|zoom| tiles_over(&layer, *zoom)) {
        assert_eq!(bytes(&layer, tile), bytes(&expected, tile));
    }
    let twice = expected.with_changes(&[], builder_of(steady(), &[square(1, 1), square(1, 40_000)])).layer;
    assert_eq!(twice.len(), 2);
    assert_eq!(twice.get(1).unwrap().bounds().min.x, super::support::CORNER.x + 40_000);
}

#[test]
fn removing_everything_leaves_nothing() {
    let plants = city(6, 6, 9_000, 24);
    let layer = TileLayer::build(builder_of(steady(), &plants)).with_blocks();
    let ids: Vec<u64> = plants.iter().map(|plant| plant.id).collect();
    let changed = layer.with_changes(&ids, builder_of(steady(), &[]));
    assert!(changed.layer.is_empty() && changed.layer.get(1).is_none());
    assert!(all_tiles(&changed.layer).values().all(Vec::is_empty));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn features_pushed_in_any_order_by_any_hands_make_the_same_layer(seed in any::<u64>(), cut in 0..64_usize) {
        let mut plants = city(8, 8, 9_000, seed);
        let one = TileLayer::build(builder_of(steady(), &plants));
        let mut dice = Dice(seed);
        for at in (1..plants.len()).rev() {
            plants.swap(at, dice.below(at as u32 + 1) as usize);
        }
        let mut builder = builder_of(steady(), &plants[..cut]);
        builder.append(builder_of(steady(), &plants[cut..]));
        let other = TileLayer::build(builder);
        for tile in ZOOMS.iter().flat_map(|zoom| tiles_over(&one, *zoom)) {
            prop_assert_eq!(bytes(&one, tile), bytes(&other, tile));
        }
    }
}
