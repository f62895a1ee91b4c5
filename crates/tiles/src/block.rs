//! Blocks: what stands for features that are too many to be drawn one by one but not too small to be seen. Neighbouring cells of one
//! class are one block, drawn by the outline between it and what it is not, and it tells the number of features whose label points lie
//! in it and the sums of their weights. Two blocks that meet share the very same line, so there is neither gap nor overlap, and every
//! feature counts in one block of one tile.

use crate::{
    raster::{EMPTY, PIXEL, Raster},
    shape::Point,
    world::MARGIN,
};

/// The blocks of a raster, in the order in which their first cells come.
#[derive(Default)]
pub(crate) struct Blocks {
    /// The block of each cell, with an empty cell around all of them; 0 for none.
    of_cell: Vec<u32>,
    /// Begins of rings whose upper edges were walked.
    walked: Vec<bool>,
    runs: Vec<Run>,
    parents: Vec<u32>,
    pub(crate) values: Vec<u8>,
    /// Whether any of a block lies in the tile itself.
    is_inside: Vec<bool>,
    rings: Vec<(u32, u32, u32)>,
    corners: Vec<Point>,
    /// Of each block: the features, and the sums of their weights, of all and of each class.
    pub(crate) counts: Vec<u32>,
    pub(crate) sums: Vec<u64>,
    pub(crate) points: Vec<Point>,
    /// Where each ring of `points` ends.
    pub(crate) ends: Vec<u32>,
}

#[derive(Clone, Copy)]
struct Run {
    from: u32,
    to: u32,
    value: u8,
    block: u32,
}

/// Headings, clockwise from east; y points south.
const STEPS: [(isize, isize); 4] = [(1, 0), (0, 1), (-1, 0), (0, -1)];

impl Blocks {
    /// Finds the blocks of a raster; `stride` is one more than there are classes.
    pub(crate) fn find(&mut self, raster: &Raster, stride: usize) {
        self.join(raster);
        self.count(raster, stride);
        self.walk(raster.side());
    }

    /// Says which block each cell belongs to: neighbours above, below and beside are of one block, across a corner they are not.
    fn join(&mut self, raster: &Raster) {
        let (side, wide) = (raster.side(), raster.side() + 2);
        self.of_cell.clear();
        self.of_cell.resize(wide * wide, 0);
        self.runs.clear();
        self.parents.clear();
        self.parents.push(0);
        let mut above = 0..0;
        let mut rows = Vec::with_capacity(side + 1);
        for cells in raster.cells.chunks_exact(side) {
            let first = self.runs.len();
            rows.push(first);
            let mut from = 0;
            let mut overhead = above.clone();
            while from < side {
                let value = cells[from];
                let to = from + cells[from..].iter().take_while(|cell| **cell == value).count();
                if value != EMPTY {
                    let mut block = 0;
                    while let Some(at) = overhead.clone().next()
                        && (self.runs[at].from as usize) < to
                    {
                        let over = self.runs[at];
                        if over.value == value && over.to as usize > from {
                            block = if block == 0 { root(&mut self.parents, over.block) } else { self.unite(block, over.block) };
                        }
                        if over.to as usize > to {
                            break;
                        }
                        overhead.next();
                    }
                    if block == 0 {
                        block = self.parents.len() as u32;
                        self.parents.push(block);
                    }
                    self.runs.push(Run { from: from as u32, to: to as u32, value, block });
                }
                from = to;
            }
            above = first..self.runs.len();
        }
        rows.push(self.runs.len());
        // Numbered in the order of their first cells: a root is the lowest number of its block.
        let mut numbers = vec![0_u32; self.parents.len()];
        self.values.clear();
        self.is_inside.clear();
        let inside = raster.inside();
        for row in 0..side {
            for at in rows[row]..rows[row + 1] {
                let run = self.runs[at];
                let own = root(&mut self.parents, run.block) as usize;
                if numbers[own] == 0 {
                    self.values.push(run.value);
                    self.is_inside.push(false);
                    numbers[own] = self.values.len() as u32;
                }
                let block = numbers[own];
                self.is_inside[block as usize - 1] |=
                    inside.contains(&row) && (run.from as usize) < inside.end && run.to as usize > inside.start;
                let start = (row + 1) * wide + 1;
                self.of_cell[start + run.from as usize..start + run.to as usize].fill(block);
            }
        }
    }

    fn unite(&mut self, one: u32, other: u32) -> u32 {
        let (one, other) = (root(&mut self.parents, one), root(&mut self.parents, other));
        let (low, high) = (one.min(other), one.max(other));
        self.parents[high as usize] = low;
        low
    }

    fn count(&mut self, raster: &Raster, stride: usize) {
        let wide = raster.side() + 2;
        self.counts.clear();
        self.counts.resize(self.values.len(), 0);
        self.sums.clear();
        self.sums.resize(self.values.len() * stride, 0);
        for label in raster.labels.iter().filter(|label| label.is_here) {
            let (column, row) = raster.cell_of(label);
            // The cell of a label point is never empty.
            let block = self.of_cell[(row + 1) * wide + column + 1] as usize - 1;
            self.counts[block] += 1;
            self.sums[block * stride] += label.weight;
            if usize::from(label.value) + 1 < stride {
                self.sums[block * stride + 1 + usize::from(label.value)] += label.weight;
            }
        }
    }

    /// Walks around every block, keeping it on the right, from the first of its upper edges that was not walked yet. The first ring of
    /// a block is its exterior, those that follow are holes. Where two cells of one block meet at a corner only, the walk turns so
    /// that the rings, which touch there, do not cross themselves.
    fn walk(&mut self, side: usize) {
        let wide = side + 2;
        self.walked.clear();
        self.walked.resize(wide * wide, false);
        self.rings.clear();
        self.corners.clear();
        let of_cell = std::mem::take(&mut self.of_cell);
        for row in 1..=side {
            let at = row * wide;
            let (above, own) = (&of_cell[at - wide..at], &of_cell[at..at + wide]);
            for (column, (above, block)) in above.iter().zip(own).enumerate() {
                if above == block || *block == 0 || self.walked[at + column] || !self.is_inside[*block as usize - 1] {
                    continue;
                }
                let from = self.corners.len() as u32;
                self.walk_ring(&of_cell, wide, *block, column, row);
                self.rings.push((*block, from, self.corners.len() as u32));
            }
        }
        self.of_cell = of_cell;
        self.rings.sort_by_key(|ring| ring.0);
    }

    /// Corners are those of the cells, the upper left one of the cell (column, row) being (column, row).
    fn walk_ring(&mut self, of_cell: &[u32], wide: usize, block: u32, column: usize, row: usize) {
        let start = (column as isize, row as isize);
        let cell = |x: isize, y: isize| y as usize * wide + x as usize;
        let (mut x, mut y) = start;
        let mut heading = 0;
        self.corners.push([x as i32, y as i32]);
        loop {
            if heading == 0 {
                self.walked[cell(x, y)] = true;
            }
            (x, y) = (x + STEPS[heading].0, y + STEPS[heading].1);
            // The two cells ahead of the corner, to the left and to the right.
            let (left, right) = match heading {
                0 => (cell(x, y - 1), cell(x, y)),
                1 => (cell(x, y), cell(x - 1, y)),
                2 => (cell(x - 1, y), cell(x - 1, y - 1)),
                _ => (cell(x - 1, y - 1), cell(x, y - 1)),
            };
            let turned = if of_cell[left] == block {
                (heading + 3) % 4
            } else if of_cell[right] == block {
                heading
            } else {
                (heading + 1) % 4
            };
            if (x, y) == start && turned == 0 {
                return;
            }
            if turned != heading {
                self.corners.push([x as i32, y as i32]);
            }
            heading = turned;
        }
    }

    /// Calls `write` for each block that shows in the tile, with its outline in the tile's units in `points` and `ends`.
    pub(crate) fn for_each(&mut self, pixels: u32, mut write: impl FnMut(usize, &Blocks)) {
        let unit = |corner: i32| (corner - 1) * PIXEL * pixels as i32 - MARGIN;
        let rings = std::mem::take(&mut self.rings);
        for own in rings.chunk_by(|one, other| one.0 == other.0) {
            self.points.clear();
            self.ends.clear();
            for (_, from, to) in own {
                let corners = &self.corners[*from as usize..*to as usize];
                self.points.extend(corners.iter().map(|corner| corner.map(unit)));
                self.ends.push(self.points.len() as u32);
            }
            write(own[0].0 as usize - 1, self);
        }
        self.rings = rings;
    }
}

fn root(parents: &mut [u32], mut of: u32) -> u32 {
    while parents[of as usize] != of {
        let grand = parents[parents[of as usize] as usize];
        parents[of as usize] = grand;
        of = grand;
    }
    of
}
