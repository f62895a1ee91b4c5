//! The city as the map shows it: every layer of one state of the registers and of one run, ready to be written as tiles.
//! Immutable: a change makes the next snapshot out of this one, which shares with it whatever did not change.

mod kept;

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use mujun_tiles::{LayerBuilder, Row, Scratch, Selection, TileAddress, TileLayer, encode};
use rayon::prelude::*;
use xxhash_rust::xxh3::{xxh3_64, xxh3_128};

pub use self::kept::{Encoding, SentTile};
use self::kept::{KeptTiles, TileKey};
use super::filter::Condition;
use crate::register::display::MapLayer;

/// What a snapshot shows. Another one of these means that tiles may differ.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// 登记簿修订号。
    pub revision: i64,
    /// 所示评价批。
    pub run_id: Option<i64>,
    /// 已登记的办理数。
    pub decisions: i64,
}

/// What a tile is asked to show.
#[derive(Clone, Debug, PartialEq)]
pub struct TileQuery {
    /// The layers, in the order in which they are written, none twice.
    layers: Vec<LayerQuery>,
    /// Another number for another query: what tags are kept under.
    number: u64,
}

/// A layer of a tile.
#[derive(Clone, Debug, PartialEq)]
pub struct LayerQuery {
    /// Which layer.
    pub layer: MapLayer,
    /// The columns to tell, as bits by their number.
    pub columns: u32,
    /// Only features of which this holds; the layer has the columns it names.
    pub condition: Option<Condition>,
}

impl LayerQuery {
    /// Everything of a layer.
    pub fn whole(layer: MapLayer) -> LayerQuery {
        LayerQuery { layer, columns: u32::MAX, condition: None }
    }
}

impl TileQuery {
    /// A query of these layers.
    pub fn new(layers: Vec<LayerQuery>) -> TileQuery {
        let mut text = Vec::with_capacity(8 * layers.len());
        for asked in &layers {
            text.push(asked.layer as u8);
            text.extend_from_slice(&asked.columns.to_le_bytes());
            if let Some(condition) = &asked.condition {
                text.extend_from_slice(format!("{condition:?}").as_bytes());
            }
        }
        let number = xxh3_64(&text);
        TileQuery { layers, number }
    }

    /// The layers, in the order in which they are written.
    pub fn layers(&self) -> &[LayerQuery] {
        &self.layers
    }

    /// Writes a tile of layers that come from wherever they come.
    pub fn write<'l>(&self, address: TileAddress, find: impl Fn(MapLayer) -> Option<&'l TileLayer>) -> Tile {
        type Test<'t> = Box<dyn Fn(Row<'_>) -> bool + Sync + 't>;
        let bound = self.layers.iter().map(|asked| asked.condition.as_ref().and_then(|condition| condition.of(asked.layer)));
        let tests: Vec<Option<Test<'_>>> =
            bound.map(|bound| bound.map(|bound| Box::new(move |row: Row<'_>| bound.holds(&row)) as Test<'_>)).collect();
        let selections: Vec<Selection<'_>> = self
            .layers
            .iter()
            .zip(&tests)
            .filter_map(|(asked, test)| {
                Some(Selection { layer: find(asked.layer)?, columns: asked.columns, filter: test.as_deref() })
            })
            .collect();
        Tile::of(SCRATCH.with_borrow_mut(|scratch| encode(address, &selections, scratch)))
    }
}

thread_local! {
    /// Room to write tiles in.
    static SCRATCH: RefCell<Scratch> = RefCell::default();
}

/// A tile and the tag of its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tile {
    /// MVT 2.1; empty when nothing lies in it.
    pub bytes: Vec<u8>,
    /// Differs when the bytes do.
    pub tag: Tag,
}

impl Tile {
    fn of(bytes: Vec<u8>) -> Tile {
        let tag = Tag(if bytes.is_empty() { 0 } else { xxh3_128(&bytes) });
        Tile { bytes, tag }
    }
}

/// A digest of a tile's bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tag(pub u128);

impl Tag {
    /// Whether the tile is empty.
    pub fn is_of_nothing(self) -> bool {
        self.0 == 0
    }
}

/// Tags kept at most; past it all are forgotten, and worked out again as they are asked for.
const MOST_TAGS: usize = 1 << 16;

/// Every layer of one state.
#[derive(Debug)]
pub struct DisplaySnapshot {
    /// What it shows.
    pub seen: Seen,
    layers: [TileLayer; MapLayer::ALL.len()],
    tags: Mutex<HashMap<TileKey, Tag>>,
    kept: KeptTiles,
}

/// What is to be done to a layer.
#[derive(Debug)]
pub struct LayerChange {
    /// Which one.
    pub layer: MapLayer,
    /// Features that go.
    pub removed: Vec<u64>,
    /// Features that come; one of a number that is there takes its place.
    pub added: LayerBuilder,
}

impl DisplaySnapshot {
    /// Of layers that were built; one that is missing is empty. Tiles that were sent are kept within so many bytes.
    pub fn new(seen: Seen, built: Vec<(MapLayer, TileLayer)>, room: usize) -> DisplaySnapshot {
        let mut layers: [Option<TileLayer>; MapLayer::ALL.len()] = std::array::from_fn(|_| None);
        for (layer, own) in built {
            layers[layer.place()] = Some(own);
        }
        let layers = std::array::from_fn(|place| {
            let empty = || TileLayer::build(LayerBuilder::new(MapLayer::ALL[place].schema())).with_blocks();
            layers[place].take().unwrap_or_else(empty)
        });
        DisplaySnapshot { seen, layers, tags: Mutex::default(), kept: KeptTiles::with_room(room) }
    }

    /// A layer.
    pub fn layer(&self, layer: MapLayer) -> &TileLayer {
        &self.layers[layer.place()]
    }

    /// The next snapshot. Tiles that none of the changes reaches are kept, and their tags.
    pub fn changed(&self, seen: Seen, changes: Vec<LayerChange>) -> DisplaySnapshot {
        let changed: Vec<_> = changes
            .into_par_iter()
            .map(|change| (change.layer, self.layer(change.layer).with_changes(&change.removed, change.added)))
            .collect();
        let mut layers = self.layers.clone();
        let mut dirty = Vec::new();
        for (layer, changed) in changed {
            layers[layer.place()] = changed.layer;
            dirty.push((1_u16 << layer.place(), changed.dirty));
        }
        let is_clean = |key: &TileKey| {
            let ground = key.address.padded();
            dirty.iter().all(|(layer, boxes)| layer & key.layers == 0 || !boxes.iter().any(|dirty| dirty.meets(&ground)))
        };
        let mut tags = self.tags.lock().unwrap_or_else(PoisonError::into_inner).clone();
        tags.retain(|key, _| is_clean(key));
        DisplaySnapshot { seen, layers, tags: Mutex::new(tags), kept: self.kept.only(is_clean) }
    }

    /// Writes a tile.
    pub fn tile(&self, address: TileAddress, query: &TileQuery) -> Tile {
        let tile = query.write(address, |layer| Some(self.layer(layer)));
        let mut tags = self.tags.lock().unwrap_or_else(PoisonError::into_inner);
        if tags.len() >= MOST_TAGS {
            tags.clear();
        }
        tags.insert(tag_key(address, query), tile.tag);
        tile
    }

    /// Keeps a tile as it is sent, if there is room.
    pub fn keep(&self, address: TileAddress, query: &TileQuery, encoding: Encoding, sent: SentTile) {
        self.kept.put(TileKey::new(address, query, encoding), sent);
    }

    /// A tile as it is sent, if it is kept.
    pub fn kept(&self, address: TileAddress, query: &TileQuery, encoding: Encoding) -> Option<SentTile> {
        self.kept.get(&TileKey::new(address, query, encoding))
    }

    /// Bytes that kept tiles may take.
    pub fn room(&self) -> usize {
        self.kept.room
    }

    /// The tag of a tile, if it was written since it last changed.
    pub fn tag(&self, address: TileAddress, query: &TileQuery) -> Option<Tag> {
        self.tags.lock().unwrap_or_else(PoisonError::into_inner).get(&tag_key(address, query)).copied()
    }

    /// Bytes taken by the layers.
    pub fn memory(&self) -> usize {
        self.layers.iter().map(TileLayer::memory).sum()
    }
}

/// A tag is of the tile and not of how it is sent.
fn tag_key(address: TileAddress, query: &TileQuery) -> TileKey {
    TileKey::new(address, query, Encoding::Identity)
}
