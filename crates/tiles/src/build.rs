//! Features being gathered, in any order and by several hands.

use crate::{
    column::{Column, Dictionary, Value},
    features::{HOLE, Raw},
    schema::{LayerSchema, MAX_CLASSES, MAX_COLUMNS},
    world::Place,
};

/// What a ring bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ring {
    /// The outline of a part.
    Exterior,
    /// A hole in the part whose exterior came before it.
    Hole,
}

/// Features of one layer being gathered: `begin`, its `ring`s, what is known of it, `end`.
#[derive(Clone, Debug)]
pub struct LayerBuilder {
    pub(crate) schema: LayerSchema,
    pub(crate) raw: Raw,
    pub(crate) dictionaries: Vec<Dictionary>,
}

impl LayerBuilder {
    /// No features yet.
    ///
    /// # Panics
    /// When the schema has more than [`MAX_COLUMNS`] columns or [`MAX_CLASSES`] classes.
    pub fn new(schema: LayerSchema) -> Self {
        assert!(schema.columns.len() <= MAX_COLUMNS, "{}: more than {MAX_COLUMNS} columns", schema.name);
        assert!(schema.classes.len() <= MAX_CLASSES, "{}: more than {MAX_CLASSES} classes", schema.name);
        let raw = Raw { columns: schema.columns.iter().map(|column| Column::new(column.kind)).collect(), ..Raw::default() };
        let dictionaries = vec![Dictionary::default(); schema.columns.len()];
        Self { schema, raw, dictionaries }
    }

    /// How many features.
    pub fn len(&self) -> usize {
        self.raw.ids.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.raw.ids.is_empty()
    }

    /// Begins a feature. Its id is its identity within the layer: of two features with one id the later counts.
    /// One that gets no ring is left out of the layer.
    pub fn begin(&mut self, id: u64) {
        let raw = &mut self.raw;
        raw.ids.push(id);
        raw.classes.push(u8::MAX);
        raw.weights.push(0);
        for column in &mut raw.columns {
            column.push_missing();
        }
    }

    /// A ring of the feature that was begun: closed or open, whichever way it turns. An exterior comes before its holes.
    ///
    /// # Panics
    /// On more than 2³¹ places in a layer.
    pub fn ring(&mut self, kind: Ring, places: impl IntoIterator<Item = Place>) {
        let raw = &mut self.raw;
        let from = raw.places.len();
        for place in places {
            if raw.places.len() == from || raw.places.last() != Some(&place) {
                raw.places.push(place);
            }
        }
        while raw.places.len() > from + 1 && raw.places.last() == Some(&raw.places[from]) {
            raw.places.pop();
        }
        if raw.places.len() == from {
            return;
        }
        assert!(raw.places.len() < HOLE as usize, "a layer has fewer than 2^31 places");
        let turned = twice_area(&raw.places[from..]) < 0.0;
        if turned == (kind == Ring::Exterior) {
            raw.places[from + 1..].reverse();
        }
        raw.rings.push(from as u32 | if kind == Ring::Hole { HOLE } else { 0 });
    }

    /// The value of a column, by its number in the schema, for the feature that was begun.
    pub fn set(&mut self, column: usize, value: Value<'_>) {
        if let (Some(values), Some(dictionary)) = (self.raw.columns.get_mut(column), self.dictionaries.get_mut(column)) {
            values.set_last(value, dictionary);
        }
    }

    /// What the feature that was begun is summed by: its class, as a number into the schema's, or none; and its weight.
    pub fn weigh(&mut self, class: Option<u8>, weight: u64) {
        if let (Some(own), Some(sum)) = (self.raw.classes.last_mut(), self.raw.weights.last_mut()) {
            *own = class.filter(|class| usize::from(*class) < self.schema.classes.len()).unwrap_or(u8::MAX);
            *sum = weight;
        }
    }

    /// Ends the feature that was begun.
    pub fn end(&mut self) {
        self.raw.items.push(self.raw.rings.len() as u32);
    }

    /// Adds the features of another builder of the same schema after its own.
    pub fn append(&mut self, mut other: LayerBuilder) {
        other.raw.renumber(&other.dictionaries, &mut self.dictionaries);
        self.raw.append(other.raw);
    }
}

/// Twice the signed area; positive for an exterior: y points south.
pub(crate) fn twice_area(ring: &[Place]) -> f64 {
    let Some(origin) = ring.first() else { return 0.0 };
    let from = |place: &Place| (f64::from(place.x) - f64::from(origin.x), f64::from(place.y) - f64::from(origin.y));
    let mut area = 0.0;
    let (mut x, mut y) = (0.0, 0.0);
    for place in &ring[1..] {
        let (next_x, next_y) = from(place);
        area += x * next_y - next_x * y;
        (x, y) = (next_x, next_y);
    }
    area
}
