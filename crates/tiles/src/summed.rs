//! What a tile shows of a layer instead of its features one by one: blocks or squares, and the sums of both.

use crate::{
    block::Blocks,
    encode::Selection,
    features::Row,
    grid::{self, SIDE},
    raster::{COARSEST, PIXEL, Raster},
    schema::LayerSchema,
    wire::{self, LayerWriter, Loose},
    world::{EXTENT, TileAddress},
};

/// Along the side of a tile the places at which sums may be written.
const TEXTS: usize = 8;

/// In what a feature counts that is not drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shown {
    Blocks,
    Squares,
    /// Nothing: the layer begins at a deeper zoom.
    Not,
}

impl Shown {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Shown::Blocks => "blocks",
            Shown::Squares => "squares",
            Shown::Not => "nothing",
        }
    }
}

/// What was summed of a layer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Account {
    pub(crate) shown: Shown,
    /// Pixels along a cell of a block, or along a square.
    pub(crate) pixels: u32,
    pub(crate) count: u64,
    /// Of all and of each class.
    pub(crate) sums: Vec<u64>,
}

/// A layer of a tile, summed: the bytes of its own layers, and what it stands for. Without bytes there is nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Summed {
    pub(crate) bytes: Vec<u8>,
    pub(crate) account: Account,
}

/// Room to work in.
#[derive(Default)]
pub(crate) struct SumScratch {
    writer: LayerWriter,
    raster: Raster,
    blocks: Blocks,
    counts: Vec<u32>,
    sums: Vec<u64>,
}

/// A sum in units of its attribute.
pub(crate) fn unit<'a>(schema: &LayerSchema, sum: u64) -> Loose<'a> {
    Loose::Number(sum as f64 / f64::from(schema.weights_per_unit.max(1)))
}

/// The sums of a block, a square or a place for a text, as attributes numbered like [`LayerSchema::sum_keys`]. A class that is not there is absent.
fn tags<'a>(schema: &'a LayerSchema, count: u32, sums: &'a [u64]) -> impl Iterator<Item = (u32, Loose<'a>)> + use<'a> {
    let weights = sums.iter().enumerate().filter(|(number, sum)| *number == 0 || **sum > 0);
    std::iter::once((0, Loose::Count(u64::from(count))))
        .chain(weights.map(|(number, sum)| (1 + number as u32, unit(schema, *sum))))
}

/// Sums of the neighbourhoods of a tile, each to be written once where most of it lies.
struct Texts {
    stride: usize,
    counts: [u32; TEXTS * TEXTS],
    sums: Vec<u64>,
    heaviest: [(u64, [i32; 2]); TEXTS * TEXTS],
}

impl Texts {
    fn new(stride: usize) -> Texts {
        let places = TEXTS * TEXTS;
        Texts { stride, counts: [0; TEXTS * TEXTS], sums: vec![0; places * stride], heaviest: [(0, [0; 2]); TEXTS * TEXTS] }
    }

    /// Adds features at a point of the tile, with the sums of their weights by number.
    fn add(&mut self, point: [i32; 2], count: u32, sums: impl Iterator<Item = (usize, u64)>) {
        let [column, row] = point.map(|way| way as usize * TEXTS / EXTENT as usize);
        let place = row * TEXTS + column;
        let is_first = self.counts[place] == 0;
        self.counts[place] += count;
        for (number, sum) in sums {
            self.sums[place * self.stride + number] += sum;
            if number == 0 && (is_first || sum > self.heaviest[place].0) {
                self.heaviest[place] = (sum, point);
            }
        }
    }

    fn account(&self, shown: Shown, pixels: u32) -> Account {
        let mut sums = vec![0; self.stride];
        for own in self.sums.chunks_exact(self.stride) {
            sums.iter_mut().zip(own).for_each(|(all, own)| *all += own);
        }
        Account { shown, pixels, count: self.counts.iter().map(|count| u64::from(*count)).sum(), sums }
    }

    fn write(&self, schema: &LayerSchema, keys: &[String], writer: &mut LayerWriter, bytes: &mut Vec<u8>) {
        writer.begin(0);
        for (place, count) in self.counts.iter().enumerate().filter(|(_, count)| **count > 0) {
            let sums = &self.sums[place * self.stride..(place + 1) * self.stride];
            writer.loose_feature(tags(schema, *count, sums), |into| wire::point(into, self.heaviest[place].1));
        }
        writer.finish(&[&schema.name, "_sum"], keys.iter().map(String::as_str), bytes);
    }
}

/// The blocks of a tile, of cells of `pixels` or of coarser ones; `None` when even the coarsest take more than half of the layer's
/// budget: several layers share a tile, and blocks come where tiles are full.
pub(crate) fn blocks(tile: TileAddress, selection: &Selection<'_>, pixels: u32, scratch: &mut SumScratch) -> Option<Summed> {
    let layer = selection.layer;
    let schema = layer.schema();
    let stride = layer.grid.stride();
    let SumScratch { writer, raster, blocks, .. } = scratch;
    raster.begin(tile);
    let mut texts = Texts::new(stride);
    layer.for_each(&tile.padded(), |row| {
        if selection.filter.is_some_and(|wanted| !wanted(row)) {
            return;
        }
        let (label, weight) = (row.label(), row.weight());
        let class = row.class().map_or(stride - 1, usize::from);
        let is_here = tile.holds(label);
        raster.add(row.outline(), label, is_here, class as u8, weight);
        if is_here {
            let own = (class + 1 < stride).then_some((class + 1, weight));
            texts.add(crate::shape::Frame::of(tile).point(label), 1, std::iter::once((0, weight)).chain(own));
        }
    });
    let account = |texts: &Texts, pixels: u32| texts.account(Shown::Blocks, pixels);
    if raster.is_empty() {
        return Some(Summed { bytes: Vec::new(), account: account(&texts, pixels) });
    }
    let keys = schema.sum_keys();
    while raster.pixels < pixels {
        raster.coarsen();
    }
    loop {
        let mut bytes = Vec::new();
        blocks.find(raster, stride);
        writer.begin(1);
        let class_key = keys.len() as u32;
        blocks.for_each(raster.pixels, |number, found| {
            let value = usize::from(found.values[number]);
            let word = schema.classes.get(value).map_or("", String::as_str);
            let class = schema.class_key.as_ref().map(|_| (class_key, Loose::Choice { word, number: value, of: stride }));
            let sums = &found.sums[number * stride..(number + 1) * stride];
            let tags = tags(schema, found.counts[number], sums).chain(class);
            writer.loose_feature(tags, |into| wire::outline(into, &found.points, &found.ends));
        });
        let names = keys.iter().map(String::as_str).chain(schema.class_key.as_deref());
        writer.finish(&[&schema.name, "_block"], names, &mut bytes);
        if bytes.len() <= schema.budget / 2 {
            texts.write(schema, &keys, writer, &mut bytes);
            return Some(Summed { bytes, account: account(&texts, raster.pixels) });
        }
        if raster.pixels == COARSEST {
            return None;
        }
        raster.coarsen();
    }
}

/// The squares of a tile, `side` of them along it: a power of two up to [`SIDE`].
pub(crate) fn squares(tile: TileAddress, selection: &Selection<'_>, side: u32, scratch: &mut SumScratch) -> Summed {
    let layer = selection.layer;
    let schema = layer.schema();
    let stride = layer.grid.stride();
    let SumScratch { writer, counts, sums, .. } = scratch;
    counts.clear();
    counts.resize((side * side) as usize, 0);
    sums.clear();
    sums.resize((side * side) as usize * stride, 0);
    let coarser = |cell: usize| {
        let (column, row) = (cell as u32 % SIDE, cell as u32 / SIDE);
        (row * side / SIDE * side + column * side / SIDE) as usize
    };
    match (selection.filter, layer.grid.tile(tile)) {
        (None, Some(cells)) => {
            for (at, key) in cells.keys.iter().enumerate() {
                let square = coarser(usize::from(*key));
                counts[square] += cells.counts[at];
                let own = &cells.sums[at * stride..(at + 1) * stride];
                sums[square * stride..(square + 1) * stride].iter_mut().zip(own).for_each(|(all, own)| *all += own);
            }
        }
        (None, None) if tile.zoom() <= layer.grid.finest() => {}
        (filter, _) => {
            let wanted = |row: Row<'_>| filter.is_none_or(|wanted| wanted(row));
            // The label point lies in the feature's box, so the padded ground finds at least what counts here.
            layer.for_each(&tile.padded(), |row| {
                let label = row.label();
                if tile.holds(label) && wanted(row) {
                    let square = coarser(grid::cell_of(label, tile.zoom()));
                    counts[square] += 1;
                    sums[square * stride] += row.weight();
                    if let Some(class) = row.class() {
                        sums[square * stride + 1 + usize::from(class)] += row.weight();
                    }
                }
            });
        }
    }
    let wide = EXTENT / side as i32;
    let keys = schema.sum_keys();
    let mut texts = Texts::new(stride);
    writer.begin(0);
    for (square, count) in counts.iter().enumerate().filter(|(_, count)| **count > 0) {
        let corner = [square as i32 % side as i32 * wide, square as i32 / side as i32 * wide];
        let own = &sums[square * stride..(square + 1) * stride];
        writer.loose_feature(tags(schema, *count, own), |into| wire::square(into, corner, wide));
        texts.add(corner.map(|way| way + wide / 2), *count, own.iter().copied().enumerate());
    }
    let mut bytes = Vec::new();
    writer.finish(&[&schema.name, "_grid"], keys.iter().map(String::as_str), &mut bytes);
    texts.write(schema, &keys, writer, &mut bytes);
    Summed { bytes, account: texts.account(Shown::Squares, (wide / PIXEL) as u32) }
}
