//! Tiles kept as they were sent: what one person looks at, the next asks for too, and packing a tile takes longer than writing it.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use bytes::Bytes;
use mujun_tiles::TileAddress;

use super::{Tag, TileQuery};

/// How the bytes are sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Encoding {
    /// As they are.
    Identity,
    /// gzip, where it is worth it.
    Gzip,
}

/// A tile as it is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SentTile {
    /// MVT 2.1, packed or not; empty when nothing lies in the tile.
    pub bytes: Bytes,
    /// How the bytes are sent.
    pub encoding: Encoding,
    /// Of the bytes before they were packed.
    pub tag: Tag,
}

/// What a tile is kept under: where it is, what was asked of it, as which bytes, and of which layers it is, a bit each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct TileKey {
    pub(super) address: TileAddress,
    query: u64,
    encoding: Encoding,
    pub(super) layers: u16,
}

impl TileKey {
    pub(super) fn new(address: TileAddress, query: &TileQuery, encoding: Encoding) -> TileKey {
        let layers = query.layers.iter().fold(0, |layers, asked| layers | 1 << asked.layer.place());
        TileKey { address, query: query.number, encoding, layers }
    }
}

/// What an entry takes besides its tile's bytes, about.
const OVERHEAD: usize = 160;

/// Tiles in two generations. Every tile asked for moves to the young one; when that has half of the room, it becomes the old one and
/// what was old and not asked for meanwhile is forgotten.
#[derive(Debug, Default)]
pub(super) struct KeptTiles {
    /// Bytes that all of it may take.
    pub(super) room: usize,
    generations: Mutex<Generations>,
}

#[derive(Debug, Default)]
struct Generations {
    young: HashMap<TileKey, SentTile>,
    old: HashMap<TileKey, SentTile>,
    /// Bytes in the young one.
    taken: usize,
}

impl KeptTiles {
    /// Room for so many bytes; none for zero.
    pub(super) fn with_room(room: usize) -> KeptTiles {
        KeptTiles { room, generations: Mutex::default() }
    }

    pub(super) fn get(&self, key: &TileKey) -> Option<SentTile> {
        let mut generations = self.generations.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(tile) = generations.young.get(key) {
            return Some(tile.clone());
        }
        let tile = generations.old.remove(key)?;
        generations.put(*key, tile.clone(), self.room);
        Some(tile)
    }

    pub(super) fn put(&self, key: TileKey, tile: SentTile) {
        if self.room > 0 {
            self.generations.lock().unwrap_or_else(PoisonError::into_inner).put(key, tile, self.room);
        }
    }

    /// Those of which this holds, for the next snapshot.
    pub(super) fn only(&self, holds: impl Fn(&TileKey) -> bool) -> KeptTiles {
        let generations = self.generations.lock().unwrap_or_else(PoisonError::into_inner);
        let held = |tiles: &HashMap<TileKey, SentTile>| -> HashMap<TileKey, SentTile> {
            tiles.iter().filter(|(key, _)| holds(key)).map(|(key, tile)| (*key, tile.clone())).collect()
        };
        let (young, old) = (held(&generations.young), held(&generations.old));
        let taken = young.values().map(weight).sum();
        KeptTiles { room: self.room, generations: Mutex::new(Generations { young, old, taken }) }
    }
}

impl Generations {
    fn put(&mut self, key: TileKey, tile: SentTile, room: usize) {
        let own = weight(&tile);
        if self.taken + own > room / 2 {
            self.old = std::mem::take(&mut self.young);
            self.taken = 0;
        }
        // Two askers may have written the same tile side by side.
        if own <= room / 2 && self.young.insert(key, tile).is_none() {
            self.taken += own;
        }
    }
}

fn weight(tile: &SentTile) -> usize {
    tile.bytes.len() + OVERHEAD
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn key(number: u64) -> TileKey {
        let address = TileAddress::new(0, 0, 0).unwrap_or_else(|| unreachable!("the world is a tile"));
        TileKey { address, query: number, encoding: Encoding::Identity, layers: 1 }
    }

    fn tile(length: usize) -> SentTile {
        SentTile { bytes: vec![7; length].into(), encoding: Encoding::Identity, tag: Tag(length as u128) }
    }

    fn taken(kept: &KeptTiles) -> usize {
        let generations = kept.generations.lock().unwrap_or_else(PoisonError::into_inner);
        generations.young.values().chain(generations.old.values()).map(weight).sum()
    }

    proptest! {
        #[test]
        fn never_more_is_kept_than_there_is_room(
            asked in proptest::collection::vec((0_u64..40, 0_usize..3000), 1..200), room in 0_usize..40_000,
        ) {
            let kept = KeptTiles::with_room(room);
            for (number, length) in asked {
                if kept.get(&key(number)).is_none() {
                    kept.put(key(number), tile(length));
                }
                prop_assert!(taken(&kept) <= room);
            }
        }
    }

    #[test]
    fn what_is_asked_for_again_and_again_stays_while_others_pass() {
        let kept = KeptTiles::with_room(20 * (1000 + OVERHEAD));
        kept.put(key(0), tile(1000));
        for number in 1..500 {
            assert!(kept.get(&key(0)).is_some(), "forgotten after {number}");
            kept.put(key(number), tile(1000));
        }
        assert!(kept.get(&key(1)).is_none());
    }

    #[test]
    fn without_room_nothing_is_kept() {
        let kept = KeptTiles::with_room(0);
        kept.put(key(0), tile(0));
        assert!(kept.get(&key(0)).is_none());
    }

    #[test]
    fn the_next_snapshot_has_only_what_was_not_touched() {
        let kept = KeptTiles::with_room(1_000_000);
        (0..10).for_each(|number| kept.put(key(number), tile(10)));
        let next = kept.only(|key| key.query % 2 == 0);
        assert!((0..10).all(|number| next.get(&key(number)).is_some() == (number % 2 == 0)));
        assert!(kept.get(&key(1)).is_some());
    }
}
