//! Blocks made beforehand: when a layer is put in order for every tile that has any, and after a change for those that it reaches.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use rayon::prelude::*;

use crate::{
    encode::Selection,
    layer::TileLayer,
    summed::{self, SumScratch, Summed},
    world::{TileAddress, WorldBox},
};

/// The deepest zoom whose blocks are made beforehand: deeper a tile's are made as quickly as it is asked for.
const DEEPEST: u8 = 13;

/// The blocks of tiles; of a tile whose blocks would be too many, that they are.
#[derive(Clone, Debug, Default)]
pub(crate) struct Prepared {
    /// `None` when nothing is made beforehand.
    tiles: Option<HashMap<TileAddress, Option<Arc<Summed>>>>,
}

impl Prepared {
    pub(crate) fn of(layer: &TileLayer) -> Prepared {
        Prepared { tiles: Some(make(layer, all(layer))) }
    }

    pub(crate) fn is_kept(&self) -> bool {
        self.tiles.is_some()
    }

    /// Those of the layer that came out of a change which reaches the `dirty` boxes.
    pub(crate) fn changed(&self, layer: &TileLayer, dirty: &[WorldBox]) -> Prepared {
        let Some(before) = &self.tiles else { return Prepared::default() };
        let is_dirty = |tile: &TileAddress| dirty.iter().any(|dirty| dirty.meets(&tile.padded()));
        let mut again: BTreeSet<TileAddress> = before.keys().filter(|tile| is_dirty(tile)).copied().collect();
        for zoom in zooms(layer) {
            dirty.iter().for_each(|area| again.extend(tiles_of(area, zoom)));
        }
        let mut tiles = before.clone();
        for tile in &again {
            tiles.remove(tile);
        }
        tiles.extend(make(layer, again));
        Prepared { tiles: Some(tiles) }
    }

    /// See [`TileLayer::prepared`].
    pub(crate) fn get(&self, tile: TileAddress) -> Option<Option<&Summed>> {
        if tile.zoom() > DEEPEST {
            return None;
        }
        self.tiles.as_ref()?.get(&tile).map(Option::as_deref)
    }

    pub(crate) fn memory(&self) -> usize {
        self.tiles.iter().flat_map(HashMap::values).flatten().map(|summed| summed.bytes.capacity() + 128).sum()
    }
}

/// The zooms whose blocks are made beforehand.
fn zooms(layer: &TileLayer) -> std::ops::Range<u8> {
    let shown = layer.schema().shown.clone();
    layer.blocks_from().max(*shown.start())..layer.drawn_from().min(DEEPEST + 1).min(shown.end().saturating_add(1))
}

/// A feature over more tiles than this has none made beforehand for its sake: what is not there is made as it is asked for.
const MOST_TILES: u64 = 4096;

/// The tiles that a box lies in.
fn tiles_of(area: &WorldBox, zoom: u8) -> impl Iterator<Item = TileAddress> {
    let ((_, west, north), (_, east, south)) =
        (TileAddress::holding(area.min, zoom).parts(), TileAddress::holding(area.max, zoom).parts());
    let few = (u64::from(east - west) + 1) * (u64::from(south - north) + 1) <= MOST_TILES;
    let columns = if few { west..east + 1 } else { 0..0 };
    columns.flat_map(move |x| (north..=south).filter_map(move |y| TileAddress::new(zoom, x, y)))
}

/// The tiles in which there is anything.
fn all(layer: &TileLayer) -> BTreeSet<TileAddress> {
    let mut tiles = BTreeSet::new();
    for zoom in zooms(layer) {
        let mut last = None;
        layer.for_each(&WorldBox::WORLD, |row| {
            let bounds = row.bounds();
            let corners = (TileAddress::holding(bounds.min, zoom), TileAddress::holding(bounds.max, zoom));
            // Neighbours come one after the other, so that most are in the tile of the one before.
            if last != Some(corners) {
                last = Some(corners);
                tiles.extend(tiles_of(&bounds, zoom));
            }
        });
    }
    tiles
}

fn make(layer: &TileLayer, tiles: BTreeSet<TileAddress>) -> HashMap<TileAddress, Option<Arc<Summed>>> {
    let tiles: Vec<TileAddress> = tiles.into_iter().collect();
    let selection = Selection::all(layer);
    tiles
        .into_par_iter()
        .map_init(SumScratch::default, |scratch, tile| (tile, summed::blocks(tile, &selection, 1, scratch).map(Arc::new)))
        .collect()
}
