//! A packed Hilbert R-tree over bounding boxes. Immutable: rebuilt, never edited.

use geo::Rect;
use geo_index::rtree::{RTree, RTreeBuilder, RTreeIndex, sort::HilbertSort};

/// A packed R-tree over boxes; items are numbered from 0 in the order in which they were given.
#[derive(Debug, Clone)]
pub struct PackedIndex {
    tree: Option<RTree<f64>>,
    len: usize,
}

impl PackedIndex {
    /// Builds the index.
    pub fn build(boxes: impl Iterator<Item = Rect<f64>>) -> PackedIndex {
        let boxes: Vec<Rect<f64>> = boxes.collect();
        if boxes.is_empty() {
            return PackedIndex { tree: None, len: 0 };
        }
        let mut builder = RTreeBuilder::<f64>::new(boxes.len() as u32);
        for b in &boxes {
            builder.add(b.min().x, b.min().y, b.max().x, b.max().y);
        }
        PackedIndex { tree: Some(builder.finish::<HilbertSort>()), len: boxes.len() }
    }

    /// The numbers of the items whose boxes meet `area`, touching included, in no particular order.
    pub fn query(&self, area: Rect<f64>) -> Vec<usize> {
        let mut found = Vec::new();
        self.for_each(area, |i| found.push(i));
        found
    }

    /// Calls `visit` with the number of every item whose box meets `area`.
    pub fn for_each(&self, area: Rect<f64>, mut visit: impl FnMut(usize)) {
        if let Some(tree) = &self.tree {
            for i in tree.search(area.min().x, area.min().y, area.max().x, area.max().y) {
                visit(i as usize);
            }
        }
    }

    /// How many items.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there is no item.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }
}
