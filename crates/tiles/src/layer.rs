//! A layer as it is served: a large heap of features in order, a small one of what came since, the grid over both, and the blocks.

use std::sync::Arc;

use crate::{
    build::LayerBuilder,
    column::{Column, Dictionary},
    features::{Features, Raw, Row},
    grid::{self, Grid, Share, Sign},
    prepared::Prepared,
    schema::{ColumnKind, LayerSchema},
    summed::Summed,
    world::{TileAddress, WorldBox},
};

/// Features of one kind, ready for tiles. Immutable; cloning it copies pointers.
#[derive(Clone, Debug)]
pub struct TileLayer {
    pub(crate) schema: Arc<LayerSchema>,
    pub(crate) dictionaries: Arc<Vec<Dictionary>>,
    pub(crate) base: Arc<Features>,
    /// Which features of `base` are no more.
    gone: Arc<Gone>,
    /// What came since `base` was put in order.
    pub(crate) recent: Arc<Features>,
    pub(crate) grid: Arc<Grid>,
    drawn_from: u8,
    blocks_from: u8,
    prepared: Prepared,
}

/// Positions that are no more, as bits.
#[derive(Clone, Debug, Default)]
struct Gone {
    bits: Vec<u64>,
    count: usize,
}

impl Gone {
    fn holds(&self, at: u32) -> bool {
        self.bits.get(at as usize / 64).is_some_and(|bits| bits >> (at % 64) & 1 == 1)
    }

    /// `false` when it was there already.
    fn insert(&mut self, at: u32) -> bool {
        let word = at as usize / 64;
        if self.bits.len() <= word {
            self.bits.resize(word + 1, 0);
        }
        let fresh = self.bits[word] >> (at % 64) & 1 == 0;
        self.bits[word] |= 1 << (at % 64);
        self.count += usize::from(fresh);
        fresh
    }
}

/// A changed layer and where it differs.
#[derive(Clone, Debug)]
pub struct Changed {
    /// The layer after the change.
    pub layer: TileLayer,
    /// Around everything that came or went: a tile whose [`TileAddress::padded`] ground meets none of them has not changed by a byte.
    pub dirty: Vec<WorldBox>,
}

/// Recent features up to which a change is quick whatever the size of the city.
const RECENT: usize = 4096;

impl TileLayer {
    /// Puts everything in order, on all cores.
    pub fn build(builder: LayerBuilder) -> TileLayer {
        let LayerBuilder { schema, raw, dictionaries } = builder;
        let wanted = (0..raw.ids.len() as u32).map(|at| (0, at)).collect();
        let base = Features::gather(&[&raw], wanted);
        drop(raw);
        TileLayer::over(Arc::new(schema), Arc::new(dictionaries), base)
    }

    fn over(schema: Arc<LayerSchema>, dictionaries: Arc<Vec<Dictionary>>, base: Features) -> TileLayer {
        let mut grid = Grid::build(&base, schema.classes.len(), grid::FINEST);
        let drawn_from = drawn_from(&schema, &base, &grid);
        if drawn_from > grid.finest() + 1 {
            grid = Grid::build(&base, schema.classes.len(), drawn_from - 1);
        }
        let columns = schema.columns.iter().map(|column| Column::new(column.kind)).collect();
        let recent = Features::gather(&[&Raw { columns, ..Raw::default() }], Vec::new());
        let blocks_from = grid.blocks_from().max(schema.blocks_from).min(drawn_from);
        TileLayer {
            schema,
            dictionaries,
            base: Arc::new(base),
            gone: Arc::default(),
            recent: Arc::new(recent),
            blocks_from,
            grid: Arc::new(grid),
            drawn_from,
            prepared: Prepared::default(),
        }
    }

    /// The same layer with its blocks made beforehand, on all cores; it keeps them so when it is changed. Tiles are the same either way.
    pub fn with_blocks(mut self) -> TileLayer {
        self.prepared = Prepared::of(&self);
        self
    }

    /// The layer without the features of the ids `removed` and with those of `added`, which replace those of the same id.
    ///
    /// A few features cost milliseconds at any size of the city; when many have come since it was put in order, it is put in order anew.
    /// `added` has the columns and classes of this layer's schema.
    pub fn with_changes(&self, removed: &[u64], added: LayerBuilder) -> Changed {
        let LayerBuilder { raw: mut added, dictionaries: own, .. } = added;
        let mut dictionaries = (*self.dictionaries).clone();
        added.renumber(&own, &mut dictionaries);
        let (mut gone, mut gone_recent) = ((*self.gone).clone(), Gone::default());
        let mut shares = Vec::new();
        let mut dirty = Vec::new();
        for id in removed.iter().chain(&added.ids) {
            let (features, at) = match (self.base.find(*id), self.recent.find(*id)) {
                (_, Some(at)) if gone_recent.insert(at) => (&self.recent, at),
                (Some(at), _) if gone.insert(at) => (&self.base, at),
                _ => continue,
            };
            shares.push((Sign::Removed, share(features, at)));
            dirty.push(features.tree.bounds(at as usize));
        }
        let kept = (0..self.recent.len() as u32).filter(|at| !gone_recent.holds(*at)).map(|at| (0, at));
        let wanted: Vec<(u32, u32)> = kept.chain((0..added.ids.len() as u32).map(|at| (1, at))).collect();
        let recent = Features::gather(&[&self.recent.raw, &added], wanted);
        for id in &added.ids {
            if let Some(at) = recent.find(*id) {
                shares.push((Sign::Added, share(&recent, at)));
                dirty.push(recent.tree.bounds(at as usize));
            }
        }
        let dictionaries = Arc::new(dictionaries);
        if recent.len() + gone.count > RECENT + self.base.len() / 16 {
            let kept = (0..self.base.len() as u32).filter(|at| !gone.holds(*at)).map(|at| (0, at));
            let wanted = kept.chain((0..recent.len() as u32).map(|at| (1, at))).collect();
            let base = Features::gather(&[&self.base.raw, &recent.raw], wanted);
            let mut layer = TileLayer::over(self.schema.clone(), dictionaries, base);
            if self.prepared.is_kept() {
                layer = layer.with_blocks();
            }
            if layer.drawn_from != self.drawn_from {
                dirty = vec![WorldBox::WORLD];
            }
            return Changed { layer, dirty };
        }
        let mut layer = TileLayer {
            schema: self.schema.clone(),
            dictionaries,
            base: self.base.clone(),
            gone: Arc::new(gone),
            recent: Arc::new(recent),
            grid: Arc::new(self.grid.changed(&shares)),
            drawn_from: self.drawn_from,
            blocks_from: self.blocks_from,
            prepared: Prepared::default(),
        };
        layer.prepared = self.prepared.changed(&layer, &dirty);
        Changed { layer, dirty }
    }

    /// What it is called, has and shows.
    pub fn schema(&self) -> &LayerSchema {
        &self.schema
    }

    /// The first zoom at which features are drawn one by one: the schema's, or the first from which on the fullest tile keeps to the
    /// schema's budget.
    pub fn drawn_from(&self) -> u8 {
        self.drawn_from
    }

    /// The first zoom at which blocks stand for features, up to [`TileLayer::drawn_from`], where they are the same; before it squares do.
    pub fn blocks_from(&self) -> u8 {
        self.blocks_from
    }

    /// The blocks of a tile, if they were made beforehand: `Some(None)` when squares are to stand in their place.
    pub(crate) fn prepared(&self, tile: TileAddress) -> Option<Option<&Summed>> {
        self.prepared.get(tile)
    }

    /// How many features.
    pub fn len(&self) -> usize {
        self.base.len() - self.gone.count + self.recent.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Around everything (and, until it is put in order anew, around what has gone).
    pub fn bounds(&self) -> WorldBox {
        self.base.tree.all().around(self.recent.tree.all())
    }

    /// The number of a category's word; `None` when no feature ever had it.
    pub fn code(&self, column: usize, word: &str) -> Option<u32> {
        self.dictionaries.get(column)?.find(word)
    }

    /// The feature of an id.
    pub fn get(&self, id: u64) -> Option<Row<'_>> {
        if let Some(at) = self.recent.find(id) {
            return Some(self.row(&self.recent, at));
        }
        self.base.find(id).filter(|at| !self.gone.holds(*at)).map(|at| self.row(&self.base, at))
    }

    /// Every feature whose box meets `area`, in no order that means anything.
    pub fn for_each(&self, area: &WorldBox, mut visit: impl FnMut(Row<'_>)) {
        self.base.tree.for_each(area, &mut |at| {
            if !self.gone.holds(at) {
                visit(self.row(&self.base, at));
            }
        });
        self.recent.tree.for_each(area, &mut |at| visit(self.row(&self.recent, at)));
    }

    /// Bytes held, without those of the allocator and the dictionaries.
    pub fn memory(&self) -> usize {
        self.base.memory() + self.recent.memory() + self.gone.bits.capacity() * 8 + self.grid.memory() + self.prepared.memory()
    }

    pub(crate) fn row<'a>(&'a self, features: &'a Features, at: u32) -> Row<'a> {
        Row { features, dictionaries: &self.dictionaries, schema: &self.schema, at: at as usize }
    }

    pub(crate) fn is_gone(&self, at: u32) -> bool {
        self.gone.count > 0 && self.gone.holds(at)
    }
}

fn share(features: &Features, at: u32) -> Share {
    let at = at as usize;
    Share { place: features.labels[at], class: features.raw.classes[at], weight: features.raw.weights[at] }
}

/// The first zoom from which on no tile is expected to take more than the budget.
fn drawn_from(schema: &LayerSchema, features: &Features, grid: &Grid) -> u8 {
    let count = features.len().max(1) as f64;
    let corners = features.raw.places.len() as f64 / count;
    let text = |column: &Column| match column {
        Column::Text { bytes, .. } => bytes.len() as f64 / count,
        _ => 0.0,
    };
    let attributes = |zoom: u8, from: fn(&crate::ColumnSchema) -> u8| -> f64 {
        let carried = schema.columns.iter().zip(&features.raw.columns).filter(|(column, _)| from(column) <= zoom);
        carried
            .map(|(column, values)| match column.kind {
                ColumnKind::Category | ColumnKind::Flag => 2.0,
                ColumnKind::Integer => 6.0,
                ColumnKind::Number => 14.0,
                ColumnKind::Text => 7.0 + text(values),
            })
            .sum()
    };
    let fits = |zoom: u8| {
        let outline = 18.0 + corners * if zoom <= 13 { 2.2 } else { 3.2 } + attributes(zoom, |column| column.outlines_from);
        let label = if zoom >= schema.labels_from { 20.0 + attributes(zoom, |column| column.labels_from) } else { 0.0 };
        // The margin shows a little of the neighbours.
        f64::from(grid.fullest(zoom)) * (outline * 1.07 + label) <= schema.budget as f64
    };
    let deepest = grid::FINEST + 6;
    let first = (schema.drawn_from..=deepest).rev().take_while(|zoom| fits(*zoom)).last().unwrap_or(deepest);
    first.min(TileAddress::MAX_ZOOM).max(schema.drawn_from)
}
