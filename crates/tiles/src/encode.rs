//! One tile, written.

use crate::{
    features::{Features, Row},
    grid::SIDE,
    layer::TileLayer,
    raster::COARSEST,
    shape::{Frame, Shape},
    summed::{self, Account, Shown, SumScratch, Summed},
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
    /// Which features are meant. Blocks and squares are then made for the request.
    pub filter: Option<&'a (dyn Fn(Row<'_>) -> bool + Sync)>,
}

impl<'a> Selection<'a> {
    /// All features with all columns.
    pub fn all(layer: &'a TileLayer) -> Self {
        Self { layer, columns: u32::MAX, filter: None }
    }
}

/// A tile takes no more bytes than this, before compression and however many layers it holds.
pub const MOST_BYTES: usize = 500_000;

/// Room to work in, kept from tile to tile so that writing one allocates nothing but the tile. One a thread.
#[derive(Default)]
pub struct Scratch {
    outlines: LayerWriter,
    tiny: LayerWriter,
    labels: LayerWriter,
    meta: LayerWriter,
    shape: Shape,
    base: Vec<u32>,
    recent: Vec<u32>,
    pub(crate) sums: SumScratch,
}

/// How a layer is told in a tile, from the finest to the coarsest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rung {
    Drawn,
    /// Of cells of so many pixels, or of coarser ones if these are too many.
    Blocks(u32),
    /// So many along the side.
    Squares(u32),
    /// Not at this zoom; only the layer `meta` says that there is something.
    Hidden,
}

/// With this many squares along its side, a tile of all the layers there can be is small.
const FEWEST_SQUARES: u32 = 8;

impl Rung {
    fn finest(layer: &TileLayer, zoom: u8) -> Rung {
        if zoom < *layer.schema().shown.start() {
            Rung::Hidden
        } else if zoom >= layer.drawn_from() {
            Rung::Drawn
        } else {
            Rung::summed(layer, zoom)
        }
    }

    fn summed(layer: &TileLayer, zoom: u8) -> Rung {
        if zoom >= layer.blocks_from() { Rung::Blocks(1) } else { Rung::Squares(SIDE) }
    }

    fn coarser(self, layer: &TileLayer, zoom: u8) -> Option<Rung> {
        match self {
            Rung::Drawn => Some(Rung::summed(layer, zoom)),
            Rung::Blocks(pixels) if pixels < COARSEST => Some(Rung::Blocks(2 * pixels)),
            Rung::Blocks(_) => Some(Rung::Squares(SIDE)),
            Rung::Squares(side) => (side > FEWEST_SQUARES).then_some(Rung::Squares(side / 2)),
            Rung::Hidden => None,
        }
    }
}

/// A layer of the tile that is being written.
struct Piece {
    rung: Rung,
    bytes: Vec<u8>,
    /// What is summed in it.
    account: Option<Account>,
}

/// Writes a tile (MVT 2.1, extent 4096, margin 64): for each selected layer its outlines, collapsed outlines and labels, or its blocks,
/// or its squares, as its schema and the fullest tile say, then a layer `meta` that says what was summed instead of drawn. Where all
/// of it would pass [`MOST_BYTES`], the largest layer is told more coarsely, until it does not. Empty when there is nothing to show. The same
/// features give the same bytes, however the layer came to hold them.
pub fn encode(tile: TileAddress, selected: &[Selection<'_>], scratch: &mut Scratch) -> Vec<u8> {
    let zoom = tile.zoom();
    let shown = |selection: &&Selection<'_>| zoom <= *selection.layer.schema().shown.end();
    let selected: Vec<&Selection<'_>> = selected.iter().filter(shown).collect();
    let mut pieces: Vec<Piece> =
        selected.iter().map(|selection| piece(tile, selection, Rung::finest(selection.layer, zoom), scratch)).collect();
    loop {
        let meta = meta(&selected, &pieces, &mut scratch.meta);
        let total = meta.len() + pieces.iter().map(|piece| piece.bytes.len()).sum::<usize>();
        let coarser = |at: usize| pieces[at].rung.coarser(selected[at].layer, zoom);
        // Of layers that take the same the first.
        let largest = (0..pieces.len()).rev().filter(|at| coarser(*at).is_some()).max_by_key(|at| pieces[*at].bytes.len());
        match largest.and_then(|at| Some((at, coarser(at)?))) {
            Some((at, rung)) if total > MOST_BYTES => pieces[at] = piece(tile, selected[at], rung, scratch),
            _ => {
                let mut bytes = Vec::with_capacity(total);
                pieces.iter().for_each(|piece| bytes.extend_from_slice(&piece.bytes));
                bytes.extend_from_slice(&meta);
                return bytes;
            }
        }
    }
}

fn piece(tile: TileAddress, selection: &Selection<'_>, rung: Rung, scratch: &mut Scratch) -> Piece {
    let of = |rung, Summed { bytes, account }: Summed| Piece { rung, bytes, account: (account.count > 0).then_some(account) };
    match rung {
        Rung::Drawn => {
            let mut bytes = Vec::new();
            draw(tile, selection, scratch, &mut bytes);
            Piece { rung, bytes, account: None }
        }
        Rung::Blocks(pixels) => {
            let enough = |prepared: &Option<&Summed>| prepared.is_none_or(|own| own.account.pixels >= pixels);
            let found = match selection.layer.prepared(tile).filter(|_| selection.filter.is_none()).filter(enough) {
                Some(prepared) => prepared.cloned(),
                None => summed::blocks(tile, selection, pixels, &mut scratch.sums),
            };
            match found {
                Some(blocks) => of(Rung::Blocks(blocks.account.pixels), blocks),
                None => piece(tile, selection, Rung::Squares(SIDE), scratch),
            }
        }
        Rung::Squares(side) => of(rung, summed::squares(tile, selection, side, &mut scratch.sums)),
        Rung::Hidden => {
            let Summed { account, .. } = summed::squares(tile, selection, FEWEST_SQUARES, &mut scratch.sums);
            of(rung, Summed { bytes: Vec::new(), account: Account { shown: Shown::Not, pixels: 0, ..account } })
        }
    }
}

/// The layer that says what of the others was summed.
fn meta(selected: &[&Selection<'_>], pieces: &[Piece], writer: &mut LayerWriter) -> Vec<u8> {
    let mut keys: Vec<String> = Vec::new();
    writer.begin(0);
    for (selection, piece) in selected.iter().zip(pieces) {
        let (layer, Some(account)) = (selection.layer, &piece.account) else { continue };
        let schema = layer.schema();
        let mut said = vec![
            ("layer".to_owned(), Loose::Word(&schema.name)),
            ("features".to_owned(), Loose::Count(account.count)),
            ("drawn_from".to_owned(), Loose::Count(u64::from(layer.drawn_from()))),
            ("shown_as".to_owned(), Loose::Word(account.shown.word())),
        ];
        if account.shown != Shown::Not {
            said.push(("pixels".to_owned(), Loose::Count(u64::from(account.pixels))));
        }
        let names = schema.sum_keys().into_iter().skip(1);
        said.extend(names.zip(account.sums.iter().map(|sum| summed::unit(schema, *sum))));
        let tags: Vec<(u32, Loose<'_>)> = said
            .into_iter()
            .map(|(name, value)| {
                let key = keys.iter().position(|own| *own == name).unwrap_or_else(|| {
                    keys.push(name);
                    keys.len() - 1
                });
                (key as u32, value)
            })
            .collect();
        writer.loose_feature(tags.into_iter(), |into| wire::point(into, [EXTENT / 2, EXTENT / 2]));
    }
    let mut bytes = Vec::new();
    writer.finish(&["meta"], keys.iter().map(String::as_str), &mut bytes);
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
        if !shape.ends.is_empty() {
            outlines.feature(features, dictionaries, at, &on_outlines, |into| wire::outline(into, &shape.points, &shape.ends));
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
