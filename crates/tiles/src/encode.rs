//! One tile, written.

use crate::{
    features::{Features, Row},
    grid::{self, SIDE},
    layer::TileLayer,
    shape::{Frame, Shape},
    wire::{self, LayerWriter, Loose, Written},
    world::{EXTENT, TileAddress},
};

/// What of a layer goes into a tile.
#[derive(Clone, Copy)]
pub struct Selection<'a> {
    /// The layer.
    pub layer: &'a TileLayer,
    /// The columns that may be written, as bits by their number; the schema still says from which zoom on.
    pub columns: u32,
    /// Which features are meant. The grid is then summed for the request.
    pub filter: Option<&'a (dyn Fn(Row<'_>) -> bool + Sync)>,
}

impl<'a> Selection<'a> {
    /// All features with all columns.
    pub fn all(layer: &'a TileLayer) -> Self {
        Self { layer, columns: u32::MAX, filter: None }
    }
}

/// Room to work in, kept from tile to tile so that writing one allocates nothing but the tile. One a thread.
#[derive(Default)]
pub struct Scratch {
    outlines: LayerWriter,
    tiny: LayerWriter,
    labels: LayerWriter,
    grid: LayerWriter,
    meta: LayerWriter,
    shape: Shape,
    base: Vec<u32>,
    recent: Vec<u32>,
    counts: Vec<u32>,
    sums: Vec<u64>,
}

/// Writes a tile (MVT 2.1, extent 4096, margin 64): for each selected layer its outlines, collapsed outlines, labels and grid, as its
/// schema says, then a layer `meta` that says what was summed instead of drawn. Empty when there is nothing to show. The same
/// features give the same bytes, however the layer came to hold them.
pub fn encode(tile: TileAddress, selected: &[Selection<'_>], scratch: &mut Scratch) -> Vec<u8> {
    let mut bytes = Vec::new();
    scratch.meta.begin(0);
    let mut meta_keys = MetaKeys::default();
    for selection in selected {
        let schema = selection.layer.schema();
        let zoom = tile.zoom();
        if !schema.shown.contains(&zoom) {
            continue;
        }
        let drawn = zoom >= selection.layer.drawn_from();
        if drawn {
            draw(tile, selection, scratch, &mut bytes);
        }
        if !drawn || schema.grid_to.is_some_and(|last| zoom <= last.min(selection.layer.grid.finest())) {
            sum(tile, selection, scratch, &mut meta_keys, &mut bytes);
        }
    }
    scratch.meta.finish(&["meta"], meta_keys.names.iter().map(String::as_str), &mut bytes);
    bytes
}

fn draw(tile: TileAddress, selection: &Selection<'_>, scratch: &mut Scratch, bytes: &mut Vec<u8>) {
    let layer = selection.layer;
    let schema = layer.schema();
    let zoom = tile.zoom();
    let Scratch { outlines, tiny, labels, shape, base, recent, .. } = scratch;
    let area = tile.padded();
    base.clear();
    layer.base.tree.for_each(&area, &mut |at| {
        if !layer.is_gone(at) {
            base.push(at);
        }
    });
    recent.clear();
    layer.recent.tree.for_each(&area, &mut |at| recent.push(at));
    if base.is_empty() && recent.is_empty() {
        return;
    }

    let chosen = |from: fn(&crate::ColumnSchema) -> u8| -> Vec<Written> {
        let columns = schema.columns.iter().enumerate();
        columns
            .filter(|(number, column)| selection.columns >> number & 1 == 1 && from(column) <= zoom)
            .map(|(column, _)| Written { column })
            .collect()
    };
    let (on_outlines, on_labels) = (chosen(|column| column.outlines_from), chosen(|column| column.labels_from));
    outlines.begin(schema.columns.len());
    tiny.begin(schema.columns.len());
    labels.begin(schema.columns.len());
    let frame = Frame::of(tile);
    let dictionaries = &*layer.dictionaries;
    let mut show = |features: &Features, at: u32| {
        if selection.filter.is_some_and(|wanted| !wanted(layer.row(features, at))) {
            return;
        }
        let at = at as usize;
        shape.draw(&frame, &features.tree.bounds(at), features.steps[at], features.raw.outline(at));
        let label = features.labels[at];
        let here = tile.holds(label);
        if !shape.parts.is_empty() {
            outlines.feature(features, dictionaries, at, &on_outlines, |into| wire::outline(into, &shape.points, &shape.parts));
        } else if here {
            tiny.feature(features, dictionaries, at, &on_outlines, |into| wire::point(into, frame.point(label)));
        }
        if here && zoom >= schema.labels_from {
            labels.feature(features, dictionaries, at, &on_labels, |into| wire::point(into, frame.point(label)));
        }
    };
    if recent.is_empty() {
        base.iter().for_each(|at| show(&layer.base, *at));
    } else {
        // Two heaps, each in order, are read as one.
        let (mut base, mut recent) = (base.as_slice(), recent.as_slice());
        loop {
            match (base, recent) {
                ([], []) => break,
                ([first, rest @ ..], []) => {
                    show(&layer.base, *first);
                    base = rest;
                }
                ([], [first, rest @ ..]) => {
                    show(&layer.recent, *first);
                    recent = rest;
                }
                ([one, base_rest @ ..], [other, recent_rest @ ..]) => {
                    if layer.base.sort_key(*one) <= layer.recent.sort_key(*other) {
                        show(&layer.base, *one);
                        base = base_rest;
                    } else {
                        show(&layer.recent, *other);
                        recent = recent_rest;
                    }
                }
            }
        }
    }
    let names = |columns: &'_ [Written]| -> Vec<usize> { columns.iter().map(|written| written.column).collect() };
    let (outline_names, label_names) = (names(&on_outlines), names(&on_labels));
    let key = |column: &usize| schema.columns[*column].name.as_str();
    outlines.finish(&[&schema.name], outline_names.iter().map(key), bytes);
    tiny.finish(&[&schema.name, "_tiny"], outline_names.iter().map(key), bytes);
    labels.finish(&[&schema.name, "_label"], label_names.iter().map(key), bytes);
}

/// The keys of the layer `meta`, as far as they are used.
#[derive(Default)]
struct MetaKeys {
    names: Vec<String>,
}

impl MetaKeys {
    fn key(&mut self, name: &str) -> u32 {
        let found = self.names.iter().position(|own| own == name);
        found.unwrap_or_else(|| {
            self.names.push(name.to_owned());
            self.names.len() - 1
        }) as u32
    }
}

fn sum(tile: TileAddress, selection: &Selection<'_>, scratch: &mut Scratch, meta_keys: &mut MetaKeys, bytes: &mut Vec<u8>) {
    let layer = selection.layer;
    let schema = layer.schema();
    let stride = layer.grid.stride();
    let Scratch { grid: writer, meta, counts, sums, .. } = scratch;
    let per_unit = f64::from(schema.weights_per_unit.max(1));
    let unit = |sum: u64| Loose::Number(sum as f64 / per_unit);
    let mut total = (0_u64, vec![0_u64; stride]);
    writer.begin(0);
    let mut cell = |key: usize, count: u32, own: &[u64]| {
        total.0 += u64::from(count);
        for (all, own) in total.1.iter_mut().zip(own) {
            *all += own;
        }
        let side = EXTENT / SIDE as i32;
        let corner = [key as i32 % SIDE as i32 * side, key as i32 / SIDE as i32 * side];
        let weights = own.iter().enumerate().filter(|(number, sum)| *number == 0 || **sum > 0);
        let tags = std::iter::once((0, Loose::Count(u64::from(count))))
            .chain(weights.map(|(number, sum)| (1 + number as u32, unit(*sum))));
        writer.loose_feature(tags, |into| wire::square(into, corner, side));
    };
    match selection.filter {
        None => {
            let Some(cells) = layer.grid.tile(tile) else { return };
            for (at, key) in cells.keys.iter().enumerate() {
                cell(usize::from(*key), cells.counts[at], &cells.sums[at * stride..(at + 1) * stride]);
            }
        }
        Some(wanted) => {
            let squares = (SIDE * SIDE) as usize;
            counts.clear();
            counts.resize(squares, 0);
            sums.clear();
            sums.resize(squares * stride, 0);
            // The label point lies in the feature's box, so the padded ground finds at least what counts here.
            layer.for_each(&tile.padded(), |row| {
                let label = row.label();
                if tile.holds(label) && wanted(row) {
                    let square = grid::cell_of(label, tile.zoom());
                    counts[square] += 1;
                    sums[square * stride] += row.weight();
                    if let Some(class) = row.class() {
                        sums[square * stride + 1 + usize::from(class)] += row.weight();
                    }
                }
            });
            for (key, count) in counts.iter().enumerate().filter(|(_, count)| **count > 0) {
                cell(key, *count, &sums[key * stride..(key + 1) * stride]);
            }
        }
    }
    let class_names = schema.classes.iter().map(|class| format!("{class}_{}", schema.weight));
    let keys: Vec<String> = ["features".to_owned(), schema.weight.clone()].into_iter().chain(class_names).collect();
    writer.finish(&[&schema.name, "_grid"], keys.iter().map(String::as_str), bytes);
    if total.0 > 0 {
        let mut tags = vec![
            (meta_keys.key("layer"), Loose::Word(schema.name.clone())),
            (meta_keys.key("features"), Loose::Count(total.0)),
            (meta_keys.key("drawn_from"), Loose::Count(u64::from(layer.drawn_from()))),
        ];
        tags.extend(keys[1..].iter().zip(&total.1).map(|(name, sum)| (meta_keys.key(name), unit(*sum))));
        meta.loose_feature(tags.into_iter(), |into| wire::point(into, [EXTENT / 2, EXTENT / 2]));
    }
}
