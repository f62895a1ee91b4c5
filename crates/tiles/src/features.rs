//! Finished features in columns, in the order of the Hilbert curve.

use std::collections::HashMap;

use rayon::prelude::*;

use crate::{
    clearance,
    column::{Column, Dictionary},
    hilbert::along_curve,
    label,
    schema::LayerSchema,
    tree::Tree,
    world::{Place, WorldBox},
};

/// The bit that marks the beginning of a ring as that of a hole.
pub(crate) const HOLE: u32 = 1 << 31;

/// Features as they were pushed. Rings are open; exteriors turn clockwise as seen on the map, holes the other way.
#[derive(Clone, Debug, Default)]
pub(crate) struct Raw {
    pub(crate) ids: Vec<u64>,
    pub(crate) places: Vec<Place>,
    /// Where ring `r` begins in `places`, with [`HOLE`]; it ends where the next begins.
    pub(crate) rings: Vec<u32>,
    /// Where feature `i` ends in `rings`.
    pub(crate) items: Vec<u32>,
    /// The class of each feature; past the last class for none.
    pub(crate) classes: Vec<u8>,
    pub(crate) weights: Vec<u64>,
    pub(crate) columns: Vec<Column>,
}

impl Raw {
    fn rings_of(&self, at: usize) -> std::ops::Range<usize> {
        let from = if at == 0 { 0 } else { self.items[at - 1] };
        from as usize..self.items[at] as usize
    }

    fn ring_range(&self, ring: usize) -> std::ops::Range<usize> {
        let from = (self.rings[ring] & !HOLE) as usize;
        let to = self.rings.get(ring + 1).map_or(self.places.len(), |next| (next & !HOLE) as usize);
        from..to
    }

    /// All places of a feature.
    pub(crate) fn places_of(&self, at: usize) -> &[Place] {
        let rings = self.rings_of(at);
        if rings.is_empty() {
            return &[];
        }
        &self.places[self.ring_range(rings.start).start..self.ring_range(rings.end - 1).end]
    }

    /// The rings of a feature, holes marked.
    pub(crate) fn outline(&self, at: usize) -> impl Iterator<Item = (bool, &[Place])> + Clone {
        self.rings_of(at).map(|ring| (self.rings[ring] & HOLE != 0, &self.places[self.ring_range(ring)]))
    }

    pub(crate) fn ring_count(&self, at: usize) -> usize {
        self.rings_of(at).len()
    }

    pub(crate) fn append(&mut self, other: Raw) {
        let (places, rings) = (self.places.len() as u32, self.rings.len() as u32);
        assert!(self.places.len() + other.places.len() < HOLE as usize, "a layer has fewer than 2^31 places");
        self.ids.extend(other.ids);
        self.places.extend(other.places);
        self.rings.extend(other.rings.into_iter().map(|ring| ring + places));
        self.items.extend(other.items.into_iter().map(|item| item + rings));
        self.classes.extend(other.classes);
        self.weights.extend(other.weights);
        for (own, more) in self.columns.iter_mut().zip(other.columns) {
            own.append(more);
        }
    }

    /// Gives the words of the categories the numbers of other dictionaries, which learn those they did not have.
    pub(crate) fn renumber(&mut self, own: &[Dictionary], common: &mut [Dictionary]) {
        for ((column, own), common) in self.columns.iter_mut().zip(own).zip(common) {
            let numbers: Vec<u32> = own.words().iter().map(|word| common.number(word)).collect();
            column.renumber(&numbers);
        }
    }
}

/// Features in the order of (place along the curve, id), with boxes, tree, label points, and what is needed to find them by id.
#[derive(Clone, Debug)]
pub(crate) struct Features {
    pub(crate) raw: Raw,
    pub(crate) tree: Tree,
    pub(crate) labels: Vec<Place>,
    /// How coarsely a feature may be snapped and surely stays valid: see [`clearance`].
    pub(crate) steps: Vec<i8>,
    /// Positions by ascending id.
    by_id: Vec<u32>,
}

/// Features worth a thread of their own.
const CHUNK: usize = 4096;

impl Features {
    /// Puts features of several heaps in order; `kept` says which (heap, place in it) are wanted. Of those with one id the one that
    /// comes last in `kept` counts.
    pub(crate) fn gather(heaps: &[&Raw], kept: Vec<(u32, u32)>) -> Features {
        let mut ordered: Vec<(u64, u64, u32)> = kept
            .par_iter()
            .with_min_len(CHUNK)
            .enumerate()
            .filter_map(|(number, (heap, at))| {
                let raw = heaps[*heap as usize];
                let bounds = WorldBox::of(raw.places_of(*at as usize));
                // Without a place there is nothing to show, anywhere.
                (bounds != WorldBox::EMPTY).then(|| (sort_key(&bounds), raw.ids[*at as usize], number as u32))
            })
            .collect();
        if ordered.len() > CHUNK {
            ordered.par_sort_unstable()
        } else {
            ordered.sort_unstable()
        }
        let order: Vec<(u32, u32)> = ordered.iter().map(|(_, _, number)| kept[*number as usize]).collect();
        drop(ordered);
        let features = Features::finish(gather(heaps, &order));
        let id = |at: &u32| features.raw.ids[*at as usize];
        if features.by_id.windows(2).any(|pair| id(&pair[0]) == id(&pair[1])) {
            let mut last = HashMap::new();
            for (heap, at) in kept {
                last.insert(heaps[heap as usize].ids[at as usize], (heap, at));
            }
            return Features::gather(heaps, last.into_values().collect());
        }
        features
    }

    fn finish(raw: Raw) -> Features {
        let count = raw.ids.len();
        let known: Vec<(WorldBox, Place, i8)> = (0..count)
            .into_par_iter()
            .with_min_len(CHUNK)
            .map(|at| {
                let bounds = WorldBox::of(raw.places_of(at));
                (bounds, label::inside(raw.outline(at), &bounds), clearance::steps(raw.outline(at), raw.places_of(at).len()))
            })
            .collect();
        let tree = Tree::build(known.iter().map(|known| known.0).collect());
        let labels = known.iter().map(|known| known.1).collect();
        let steps = known.iter().map(|known| known.2).collect();
        let mut by_id: Vec<u32> = (0..count as u32).collect();
        by_id.par_sort_unstable_by_key(|at| raw.ids[*at as usize]);
        Features { raw, tree, labels, steps, by_id }
    }

    pub(crate) fn len(&self) -> usize {
        self.raw.ids.len()
    }

    /// Where the feature of an id lies.
    pub(crate) fn find(&self, id: u64) -> Option<u32> {
        let at = self.by_id.binary_search_by_key(&id, |at| self.raw.ids[*at as usize]).ok()?;
        Some(self.by_id[at])
    }

    /// What the order follows, for two heaps that are read as one.
    pub(crate) fn sort_key(&self, at: u32) -> (u64, u64) {
        (sort_key(&self.tree.bounds(at as usize)), self.raw.ids[at as usize])
    }

    pub(crate) fn memory(&self) -> usize {
        let raw = &self.raw;
        raw.ids.capacity() * 8
            + raw.places.capacity() * 8
            + (raw.rings.capacity() + raw.items.capacity() + self.by_id.capacity()) * 4
            + raw.classes.capacity()
            + raw.weights.capacity() * 8
            + raw.columns.iter().map(Column::memory).sum::<usize>()
            + self.labels.capacity() * 8
            + self.steps.capacity()
            + self.tree.memory()
    }
}

fn sort_key(bounds: &WorldBox) -> u64 {
    along_curve(bounds.centre())
}

fn gather(heaps: &[&Raw], order: &[(u32, u32)]) -> Raw {
    let sizes: Vec<(u32, u32)> = order
        .par_iter()
        .with_min_len(CHUNK)
        .map(|(heap, at)| {
            let raw = heaps[*heap as usize];
            (raw.ring_count(*at as usize) as u32, raw.places_of(*at as usize).len() as u32)
        })
        .collect();
    let (mut rings, mut places) = (0_u32, 0_usize);
    let mut items = Vec::with_capacity(order.len());
    for (own_rings, own_places) in &sizes {
        rings += own_rings;
        places += *own_places as usize;
        items.push(rings);
    }
    assert!(places < HOLE as usize, "a layer has fewer than 2^31 places");

    let mut all_places = vec![Place::default(); places];
    let mut all_rings = vec![0_u32; rings as usize];
    // Each chunk of features writes its own stretch of the two arrays.
    let mut work = Vec::new();
    let (mut places_left, mut rings_left, mut from) = (all_places.as_mut_slice(), all_rings.as_mut_slice(), 0_usize);
    for (chunk, sizes) in order.chunks(CHUNK).zip(sizes.chunks(CHUNK)) {
        let (ring_count, place_count) =
            sizes.iter().fold((0, 0), |(rings, places), own| (rings + own.0 as usize, places + own.1 as usize));
        let (own_places, rest) = std::mem::take(&mut places_left).split_at_mut(place_count);
        places_left = rest;
        let (own_rings, rest) = std::mem::take(&mut rings_left).split_at_mut(ring_count);
        rings_left = rest;
        work.push((chunk, own_places, own_rings, from));
        from += place_count;
    }
    work.into_par_iter().for_each(|(chunk, places, rings, from)| {
        let (mut place, mut ring) = (0, 0);
        for (heap, at) in chunk {
            for (hole, ring_places) in heaps[*heap as usize].outline(*at as usize) {
                rings[ring] = (from + place) as u32 | if hole { HOLE } else { 0 };
                places[place..place + ring_places.len()].copy_from_slice(ring_places);
                place += ring_places.len();
                ring += 1;
            }
        }
    });

    let of = |heap: u32| heaps[heap as usize];
    let count = heaps.first().map_or(0, |raw| raw.columns.len());
    let columns = (0..count)
        .into_par_iter()
        .map(|number| {
            let parts: Vec<&Column> = heaps.iter().map(|raw| &raw.columns[number]).collect();
            Column::gather(&parts, order)
        })
        .collect();
    Raw {
        ids: order.iter().map(|(heap, at)| of(*heap).ids[*at as usize]).collect(),
        places: all_places,
        rings: all_rings,
        items,
        classes: order.iter().map(|(heap, at)| of(*heap).classes[*at as usize]).collect(),
        weights: order.iter().map(|(heap, at)| of(*heap).weights[*at as usize]).collect(),
        columns,
    }
}

/// One feature, as a filter sees it.
#[derive(Clone, Copy)]
pub struct Row<'a> {
    pub(crate) features: &'a Features,
    pub(crate) dictionaries: &'a [Dictionary],
    pub(crate) schema: &'a LayerSchema,
    pub(crate) at: usize,
}

impl<'a> Row<'a> {
    /// Its id.
    pub fn id(&self) -> u64 {
        self.features.raw.ids[self.at]
    }

    /// The words of a category or a text; `None` when missing or another kind of column.
    pub fn text(&self, column: usize) -> Option<&'a str> {
        match self.features.raw.columns.get(column)? {
            Column::Category(_) => self.code(column).map(|code| self.dictionaries[column].word(code)),
            values => values.text(self.at),
        }
    }

    /// The number of a category's word: comparing it with [`crate::TileLayer::code`] is quicker than comparing words.
    pub fn code(&self, column: usize) -> Option<u32> {
        self.features.raw.columns.get(column)?.code(self.at)
    }

    /// A number, whole or not; `None` when missing or another kind of column.
    pub fn number(&self, column: usize) -> Option<f64> {
        match self.features.raw.columns.get(column)? {
            values @ Column::Integer(_) => values.integer(self.at).map(|value| value as f64),
            values => values.number(self.at),
        }
    }

    /// A whole number.
    pub fn integer(&self, column: usize) -> Option<i64> {
        self.features.raw.columns.get(column)?.integer(self.at)
    }

    /// Yes or no.
    pub fn flag(&self, column: usize) -> Option<bool> {
        self.features.raw.columns.get(column)?.flag(self.at)
    }

    /// Its box.
    pub fn bounds(&self) -> WorldBox {
        self.features.tree.bounds(self.at)
    }

    /// Its label point, which lies in it.
    pub fn label(&self) -> Place {
        self.features.labels[self.at]
    }

    /// Its weight.
    pub fn weight(&self) -> u64 {
        self.features.raw.weights[self.at]
    }

    /// Its class; `None` for none.
    pub fn class(&self) -> Option<u8> {
        Some(self.features.raw.classes[self.at]).filter(|class| usize::from(*class) < self.schema.classes.len())
    }

    pub(crate) fn outline(&self) -> impl Iterator<Item = (bool, &'a [Place])> + use<'a> {
        self.features.raw.outline(self.at)
    }

    /// Its rings, open; exteriors clockwise as seen on the map, each followed by its holes.
    pub fn rings(&self) -> impl Iterator<Item = &'a [Place]> + use<'a> {
        self.features.raw.outline(self.at).map(|(_, ring)| ring)
    }
}
