//! Where the features are when there are too many to draw: their number and the sums of their weights in squares of a 64th of a tile.
//!
//! A feature counts in the one square that holds its label point, so every level adds up to the same whole; weights are whole
//! numbers, so it does to the last digit, and a change is an addition and a subtraction.

use std::{collections::HashMap, sync::Arc};

use rayon::prelude::*;

use crate::{
    features::Features,
    world::{Place, TileAddress},
};

/// Squares along the side of a tile.
pub(crate) const SIDE: u32 = 64;
/// The shift of [`SIDE`].
const SIDE_BITS: u8 = 6;
/// The finest level that is always there.
pub(crate) const FINEST: u8 = 12;

/// Column and row of a tile.
type TileKey = (u32, u32);

/// A square within its tile: row × 64 + column.
type CellKey = u16;

/// What lies in the squares of one tile; only squares with something in them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Cells {
    pub(crate) keys: Vec<CellKey>,
    pub(crate) counts: Vec<u32>,
    /// For each square the sum of all and the sums by class.
    pub(crate) sums: Vec<u64>,
}

/// What one feature adds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Share {
    pub(crate) place: Place,
    pub(crate) class: u8,
    pub(crate) weight: u64,
}

/// Added or taken away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sign {
    Added,
    Removed,
}

/// The levels from zoom 0 to the finest.
#[derive(Clone, Debug)]
pub(crate) struct Grid {
    /// Sums for each square: one for all and one for each class.
    stride: usize,
    levels: Vec<HashMap<TileKey, Arc<Cells>>>,
}

/// A place in the grid of a level, sorted by tile and then by square.
fn key_of(column: u32, row: u32) -> u64 {
    let cell = u64::from(row % SIDE * SIDE + column % SIDE);
    (u64::from(row / SIDE) << 38) | (u64::from(column / SIDE) << 12) | cell
}

fn split(key: u64) -> (TileKey, CellKey) {
    let tile = (((key >> 12) & ((1 << 26) - 1)) as u32, (key >> 38) as u32);
    (tile, (key & 0xfff) as u16)
}

/// The square of a level that holds a place.
fn square_of(place: Place, level: u8) -> (u32, u32) {
    let shift = 32 - level - SIDE_BITS;
    (place.x >> shift, place.y >> shift)
}

/// The square of a tile that holds a place.
pub(crate) fn cell_of(place: Place, level: u8) -> usize {
    let (column, row) = square_of(place, level);
    (row % SIDE * SIDE + column % SIDE) as usize
}

impl Grid {
    pub(crate) fn build(features: &Features, classes: usize, finest: u8) -> Grid {
        let stride = classes + 1;
        let count = features.len();
        let mut keyed: Vec<(u64, u32)> = (0..count)
            .into_par_iter()
            .with_min_len(4096)
            .map(|at| {
                let (column, row) = square_of(features.labels[at], finest);
                (key_of(column, row), at as u32)
            })
            .collect();
        keyed.par_sort_unstable();
        let mut runs = Runs::new(stride);
        for (key, at) in &keyed {
            let at = *at as usize;
            runs.begin(*key);
            runs.add(features.raw.classes[at], features.raw.weights[at]);
        }
        let mut levels = Vec::new();
        for level in (0..=finest).rev() {
            let coarser = (level > 0).then(|| runs.coarser());
            levels.push(runs.into_tiles());
            runs = coarser.unwrap_or_else(|| Runs::new(stride));
        }
        levels.reverse();
        Grid { stride, levels }
    }

    /// The finest level.
    pub(crate) fn finest(&self) -> u8 {
        (self.levels.len() - 1) as u8
    }

    pub(crate) fn stride(&self) -> usize {
        self.stride
    }

    /// The squares of a tile, in order.
    pub(crate) fn tile(&self, tile: TileAddress) -> Option<&Cells> {
        let (z, x, y) = tile.parts();
        self.levels.get(usize::from(z))?.get(&(x, y)).map(|cells| &**cells)
    }

    /// The first zoom from which on the features are large enough to be told apart: where something is, two pixels to a feature or more.
    pub(crate) fn blocks_from(&self) -> u8 {
        const MOST_TO_A_SQUARE: u64 = 32;
        let fits = |tiles: &HashMap<TileKey, Arc<Cells>>| {
            let cells = || tiles.values();
            let (squares, features) = (cells().map(|cells| cells.keys.len() as u64), cells().flat_map(|cells| &cells.counts));
            features.map(|count| u64::from(*count)).sum::<u64>() <= MOST_TO_A_SQUARE * squares.sum::<u64>()
        };
        (self.levels.len() - self.levels.iter().rev().take_while(|tiles| fits(tiles)).count()) as u8
    }

    /// The features in the fullest tile of a zoom, as far as the grid is fine enough to tell (six zooms past its finest level).
    pub(crate) fn fullest(&self, zoom: u8) -> u32 {
        let of_tile = |cells: &Arc<Cells>| cells.counts.iter().sum::<u32>();
        if let Some(level) = self.levels.get(usize::from(zoom)) {
            return level.values().map(of_tile).max().unwrap_or(0);
        }
        let Some(level) = self.levels.get(usize::from(zoom.saturating_sub(SIDE_BITS))) else { return 0 };
        level.values().flat_map(|cells| cells.counts.iter().copied()).max().unwrap_or(0)
    }

    /// The grid after features came or went.
    pub(crate) fn changed(&self, shares: &[(Sign, Share)]) -> Grid {
        let mut levels = self.levels.clone();
        for (level, tiles) in levels.iter_mut().enumerate() {
            let mut touched: HashMap<TileKey, Cells> = HashMap::new();
            for (sign, share) in shares {
                let (column, row) = square_of(share.place, level as u8);
                let (tile, cell) = split(key_of(column, row));
                let cells =
                    touched.entry(tile).or_insert_with(|| tiles.get(&tile).map(|cells| (**cells).clone()).unwrap_or_default());
                cells.change(cell, *sign, share, self.stride);
            }
            for (tile, cells) in touched {
                if cells.keys.is_empty() {
                    tiles.remove(&tile);
                } else {
                    tiles.insert(tile, Arc::new(cells));
                }
            }
        }
        Grid { stride: self.stride, levels }
    }

    pub(crate) fn memory(&self) -> usize {
        let of = |cells: &Arc<Cells>| cells.keys.capacity() * 2 + cells.counts.capacity() * 4 + cells.sums.capacity() * 8 + 128;
        self.levels.iter().flat_map(HashMap::values).map(of).sum()
    }
}

impl Cells {
    fn change(&mut self, cell: CellKey, sign: Sign, share: &Share, stride: usize) {
        let at = match self.keys.binary_search(&cell) {
            Ok(at) => at,
            Err(at) => {
                self.keys.insert(at, cell);
                self.counts.insert(at, 0);
                self.sums.splice(at * stride..at * stride, std::iter::repeat_n(0, stride));
                at
            }
        };
        // Wrapping: a removal before its addition within one change passes below zero and comes back.
        let step = |sum: &mut u64, by: u64| {
            *sum = if sign == Sign::Added { sum.wrapping_add(by) } else { sum.wrapping_sub(by) };
        };
        self.counts[at] = if sign == Sign::Added { self.counts[at].wrapping_add(1) } else { self.counts[at].wrapping_sub(1) };
        step(&mut self.sums[at * stride], share.weight);
        if usize::from(share.class) + 1 < stride {
            step(&mut self.sums[at * stride + 1 + usize::from(share.class)], share.weight);
        }
        if self.counts[at] == 0 {
            self.keys.remove(at);
            self.counts.remove(at);
            self.sums.drain(at * stride..(at + 1) * stride);
        }
    }
}

/// Squares of a whole level in order.
struct Runs {
    stride: usize,
    keys: Vec<u64>,
    counts: Vec<u32>,
    sums: Vec<u64>,
}

impl Runs {
    fn new(stride: usize) -> Runs {
        Runs { stride, keys: Vec::new(), counts: Vec::new(), sums: Vec::new() }
    }

    fn begin(&mut self, key: u64) {
        if self.keys.last() != Some(&key) {
            self.keys.push(key);
            self.counts.push(0);
            self.sums.resize(self.keys.len() * self.stride, 0);
        }
    }

    fn last(&mut self) -> (&mut u32, &mut [u64]) {
        let at = self.keys.len() - 1;
        (&mut self.counts[at], &mut self.sums[at * self.stride..])
    }

    fn add(&mut self, class: u8, weight: u64) {
        let (count, sums) = self.last();
        *count += 1;
        sums[0] += weight;
        if let Some(sum) = sums.get_mut(1 + usize::from(class)) {
            *sum += weight;
        }
    }

    /// The level above: four squares to one.
    fn coarser(&self) -> Runs {
        let mut keyed: Vec<(u64, usize)> = self
            .keys
            .iter()
            .enumerate()
            .map(|(at, key)| {
                let ((x, y), cell) = split(*key);
                let (column, row) = (x * SIDE + u32::from(cell) % SIDE, y * SIDE + u32::from(cell) / SIDE);
                (key_of(column / 2, row / 2), at)
            })
            .collect();
        keyed.sort_unstable();
        let mut runs = Runs::new(self.stride);
        for (key, at) in keyed {
            runs.begin(key);
            let (count, sums) = runs.last();
            *count += self.counts[at];
            for (sum, own) in sums.iter_mut().zip(&self.sums[at * self.stride..(at + 1) * self.stride]) {
                *sum += own;
            }
        }
        runs
    }

    fn into_tiles(self) -> HashMap<TileKey, Arc<Cells>> {
        let mut tiles = HashMap::new();
        let mut from = 0;
        while from < self.keys.len() {
            let tile = split(self.keys[from]).0;
            let length = self.keys[from..].partition_point(|key| split(*key).0 == tile);
            let range = from..from + length;
            let cells = Cells {
                keys: self.keys[range.clone()].iter().map(|key| split(*key).1).collect(),
                counts: self.counts[range.clone()].to_vec(),
                sums: self.sums[range.start * self.stride..range.end * self.stride].to_vec(),
            };
            tiles.insert(tile, Arc::new(cells));
            from += length;
        }
        tiles
    }
}
