//! A tile's ground in cells of one pixel: which class of features lies where. What blocks are made of.
//!
//! A feature has the cells whose centres it covers and the cell of its label point; of several features in one cell that of the
//! earliest class counts. All of this follows from the feature and the world's lattice alone, so neighbouring tiles agree, borders that
//! two features share stay shared, and a change is seen in the cells around it and nowhere else.

use crate::world::{EXTENT, MARGIN, Place, TileAddress};

/// Units of a tile along a pixel, 512 of them to a tile.
pub(crate) const PIXEL: i32 = 8;
/// Pixels along the side of a tile, and of its margin.
const INSIDE: usize = (EXTENT / PIXEL) as usize;
const AROUND: usize = (MARGIN / PIXEL) as usize;
/// What a cell without a feature holds; every class is less.
pub(crate) const EMPTY: u8 = u8::MAX;
/// The coarsest cells, in pixels.
pub(crate) const COARSEST: u32 = 4;

/// A label point in the cells.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Labelled {
    column: u16,
    row: u16,
    pub(crate) value: u8,
    /// Counts here, and not in a neighbouring tile.
    pub(crate) is_here: bool,
    pub(crate) weight: u64,
}

/// Cells of a tile and its margin, row by row.
#[derive(Default)]
pub(crate) struct Raster {
    pub(crate) cells: Vec<u8>,
    pub(crate) labels: Vec<Labelled>,
    /// Pixels along a cell: 1, 2 or 4.
    pub(crate) pixels: u32,
    crossings: Vec<u32>,
    shift: u32,
    west: i64,
    north: i64,
}

impl Raster {
    /// Clears the cells for a tile, each a pixel wide.
    pub(crate) fn begin(&mut self, tile: TileAddress) {
        let (z, x, y) = tile.parts();
        self.pixels = 1;
        // 2⁹ pixels to a tile; a pixel of zoom 22 is two steps wide.
        self.shift = 32 - u32::from(z) - 9;
        let origin = |number: u32| (i64::from(number) << (32 - z)) - ((AROUND as i64) << self.shift);
        (self.west, self.north) = (origin(x), origin(y));
        self.cells.clear();
        self.cells.resize(self.side() * self.side(), EMPTY);
        self.labels.clear();
    }

    /// Whether nothing lies in it.
    pub(crate) fn is_empty(&self) -> bool {
        self.cells.iter().all(|cell| *cell == EMPTY)
    }

    /// Cells along a side.
    pub(crate) fn side(&self) -> usize {
        (INSIDE + 2 * AROUND) / self.pixels as usize
    }

    /// The columns, and the rows, of cells that are not margin.
    pub(crate) fn inside(&self) -> std::ops::Range<usize> {
        let around = AROUND / self.pixels as usize;
        around..around + INSIDE / self.pixels as usize
    }

    /// Adds a feature.
    pub(crate) fn add<'a>(
        &mut self,
        rings: impl Iterator<Item = (bool, &'a [Place])>,
        label: Place,
        is_here: bool,
        value: u8,
        weight: u64,
    ) {
        let side = self.side() as i64;
        self.crossings.clear();
        for (_, ring) in rings {
            let Some(last) = ring.last() else { continue };
            let mut from = self.way_to(*last);
            for place in ring {
                let to = self.way_to(*place);
                // The same for both directions of an edge, so that a cell belongs to one of two neighbours.
                let (a, b) = if (from[1], from[0]) <= (to[1], to[0]) { (from, to) } else { (to, from) };
                from = to;
                let (first, end) = (self.after(a[1]).max(0), self.after(b[1]).min(side));
                if first >= end {
                    continue;
                }
                let slope = (b[0] - a[0]) as f64 / (b[1] - a[1]) as f64;
                for row in first..end {
                    let centre = ((2 * row + 1) << self.shift) as f64 / 2.0;
                    let x = a[0] as f64 + slope * (centre - a[1] as f64);
                    let column = self.after(x.ceil() as i64).clamp(0, side);
                    self.crossings.push((row as u32) << 16 | column as u32);
                }
            }
        }
        self.crossings.sort_unstable();
        for pair in self.crossings.chunks_exact(2) {
            let (row, from, to) = ((pair[0] >> 16) as usize, (pair[0] & 0xffff) as usize, (pair[1] & 0xffff) as usize);
            for cell in &mut self.cells[row * side as usize..][from..to] {
                *cell = value.min(*cell);
            }
        }
        let [x, y] = self.way_to(label).map(|way| way >> self.shift);
        if (0..side).contains(&x) && (0..side).contains(&y) {
            self.labels.push(Labelled { column: x as u16, row: y as u16, value, is_here, weight });
            let cell = &mut self.cells[y as usize * side as usize + x as usize];
            *cell = value.min(*cell);
        }
    }

    fn way_to(&self, place: Place) -> [i64; 2] {
        [i64::from(place.x) - self.west, i64::from(place.y) - self.north]
    }

    /// The first cell whose centre is not before a way from the origin.
    fn after(&self, way: i64) -> i64 {
        (2 * way + (1 << self.shift) - 1) >> (self.shift + 1)
    }

    /// The cell that holds a label point.
    pub(crate) fn cell_of(&self, label: &Labelled) -> (usize, usize) {
        (usize::from(label.column) / self.pixels as usize, usize::from(label.row) / self.pixels as usize)
    }

    /// Makes one cell of each four: empty when more than half of it is, else the class that most of it has. A label point's cell is
    /// never empty.
    pub(crate) fn coarsen(&mut self) {
        let fine = self.side();
        self.pixels *= 2;
        let side = self.side();
        for row in 0..side {
            for column in 0..side {
                let at = 2 * row * fine + 2 * column;
                let four = [self.cells[at], self.cells[at + 1], self.cells[at + fine], self.cells[at + fine + 1]];
                // Written behind what is still to be read.
                self.cells[row * side + column] = most_of(four);
            }
        }
        self.cells.truncate(side * side);
        for label in &self.labels {
            let (column, row) = self.cell_of(label);
            let cell = &mut self.cells[row * side + column];
            if *cell == EMPTY {
                *cell = label.value;
            }
        }
    }
}

/// The commonest of four, the earliest of those that are equally common; empty when three are.
fn most_of(four: [u8; 4]) -> u8 {
    let [first, ..] = four;
    if four == [first; 4] {
        return first;
    }
    let times = |value: u8| four.iter().filter(|own| **own == value).count();
    if times(EMPTY) > 2 {
        return EMPTY;
    }
    let filled = four.into_iter().filter(|value| *value != EMPTY);
    filled.max_by_key(|value| (times(*value), std::cmp::Reverse(*value))).unwrap_or(EMPTY)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_cells_become_what_most_of_them_are() {
        for (four, expected) in [
            ([EMPTY; 4], EMPTY),
            ([EMPTY, EMPTY, EMPTY, 0], EMPTY),
            ([EMPTY, EMPTY, 3, 3], 3),
            ([EMPTY, EMPTY, 3, 1], 1),
            ([2, 2, 1, EMPTY], 2),
            ([6, 6, 6, 0], 6),
            ([6, 0, 6, 0], 0),
        ] {
            assert_eq!(most_of(four), expected, "{four:?}");
        }
    }
}
