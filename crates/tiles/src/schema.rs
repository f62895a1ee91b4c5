//! What a layer is called, which attributes it has, and what of it a tile shows at which zoom.

use std::ops::RangeInclusive;

/// Columns a layer may have.
pub const MAX_COLUMNS: usize = 32;
/// Classes a layer may be summed by.
pub const MAX_CLASSES: usize = 6;

/// What a column holds. A missing value is absent from the tile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColumnKind {
    /// One of few words, held as a number into a dictionary.
    Category,
    /// Words that hardly repeat, such as a key.
    Text,
    /// A number.
    Number,
    /// A whole number.
    Integer,
    /// Yes or no.
    Flag,
}

/// An attribute and the zooms from which it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ColumnSchema {
    /// The key in the tile.
    pub name: String,
    /// What it holds.
    pub kind: ColumnKind,
    /// The first zoom at which outlines and collapsed outlines carry it.
    pub outlines_from: u8,
    /// The first zoom at which labels carry it.
    pub labels_from: u8,
}

impl ColumnSchema {
    /// A column that is written at every zoom.
    pub fn new(name: &str, kind: ColumnKind) -> Self {
        Self { name: name.to_owned(), kind, outlines_from: 0, labels_from: 0 }
    }

    /// The same, written from a zoom on.
    pub fn from_zoom(self, zoom: u8) -> Self {
        Self { outlines_from: zoom, labels_from: zoom, ..self }
    }
}

/// What a tile shows of a layer.
///
/// In the tile the layer becomes `name` (outlines), `name_tiny` (points for outlines that collapse) and `name_label` (label points). At
/// zooms at which these would be too many it becomes `name_block` (what neighbouring features of one class cover, to the pixel), and
/// where features are smaller than pixels `name_grid` (squares of 8 pixels); each with the number of features whose label point lies
/// in it and with the sums of their weights, in all and by class. Beside both, `name_sum` has points with the sums of an eighth of a
/// tile each way, for texts. What is summed is also said in the layer `meta`.
#[derive(Clone, Debug, PartialEq)]
pub struct LayerSchema {
    /// The layer's name in tiles.
    pub name: String,
    /// The attributes, in the order in which they are numbered; at most [`MAX_COLUMNS`].
    pub columns: Vec<ColumnSchema>,
    /// The zooms at which the layer is in tiles; before them only the layer `meta` says what there is, after them nothing does.
    pub shown: RangeInclusive<u8>,
    /// The first zoom at which features may be drawn one by one; the fullest tile may put it off further.
    pub drawn_from: u8,
    /// The first zoom at which blocks may stand for features; how large they are may put it off further.
    pub blocks_from: u8,
    /// The first zoom of label points; past 22 there are none.
    pub labels_from: u8,
    /// What features are summed by; at most [`MAX_CLASSES`]. In a block or square `<class>_<weight>` holds the sum of the class.
    pub classes: Vec<String>,
    /// The attribute by which a block tells its class: the word, or nothing for features without a class.
    pub class_key: Option<String>,
    /// What is summed: the attribute's name.
    pub weight: String,
    /// Weights are whole numbers so that sums are exact; this many of them make one unit of the attribute.
    pub weights_per_unit: u32,
    /// Bytes a tile may take for features drawn one by one before blocks take their place; half of it for blocks before squares do.
    pub budget: usize,
}

impl LayerSchema {
    /// A layer drawn one by one wherever a tile has room, with labels from zoom 14 on and nothing to sum but its number.
    pub fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            columns: Vec::new(),
            shown: 0..=22,
            drawn_from: 0,
            blocks_from: 0,
            labels_from: 14,
            classes: Vec::new(),
            class_key: None,
            weight: "weight".to_owned(),
            weights_per_unit: 1,
            budget: 450_000,
        }
    }

    /// The attributes of a block, a square or a point of sums: `features`, the weight in all, the weight of each class.
    pub fn sum_keys(&self) -> Vec<String> {
        let of_class = self.classes.iter().map(|class| format!("{class}_{}", self.weight));
        ["features".to_owned(), self.weight.clone()].into_iter().chain(of_class).collect()
    }

    /// The number of a column.
    pub fn column(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.name == name)
    }
}
