//! A packed R-tree over boxes that already lie along the Hilbert curve: nothing but the boxes around each sixteen of them, and so on.

use crate::world::WorldBox;

/// Boxes under one node.
const FAN: usize = 16;

/// Boxes and the boxes around them.
#[derive(Clone, Debug)]
pub(crate) struct Tree {
    /// The features' boxes, then the boxes around each sixteen of them, up to at most sixteen.
    levels: Vec<Vec<WorldBox>>,
}

impl Tree {
    pub(crate) fn build(boxes: Vec<WorldBox>) -> Tree {
        let mut levels = vec![boxes];
        while let Some(below) = levels.last()
            && below.len() > FAN
        {
            let above = below.chunks(FAN).map(|boxes| boxes.iter().fold(WorldBox::EMPTY, |all, one| all.around(*one))).collect();
            levels.push(above);
        }
        Tree { levels }
    }

    pub(crate) fn bounds(&self, at: usize) -> WorldBox {
        self.levels[0][at]
    }

    /// The box around everything.
    pub(crate) fn all(&self) -> WorldBox {
        self.levels.last().into_iter().flatten().fold(WorldBox::EMPTY, |all, one| all.around(*one))
    }

    /// The features whose boxes meet `area`, in their order.
    pub(crate) fn for_each(&self, area: &WorldBox, visit: &mut impl FnMut(u32)) {
        let top = self.levels.len() - 1;
        self.descend(top, 0, self.levels[top].len(), area, visit);
    }

    fn descend(&self, level: usize, from: usize, to: usize, area: &WorldBox, visit: &mut impl FnMut(u32)) {
        for (at, bounds) in self.levels[level][from..to].iter().enumerate() {
            if !bounds.meets(area) {
                continue;
            }
            let at = from + at;
            if level == 0 {
                visit(at as u32);
            } else {
                let below = self.levels[level - 1].len();
                self.descend(level - 1, at * FAN, ((at + 1) * FAN).min(below), area, visit);
            }
        }
    }

    pub(crate) fn memory(&self) -> usize {
        self.levels.iter().map(|level| level.capacity() * 16).sum()
    }
}
