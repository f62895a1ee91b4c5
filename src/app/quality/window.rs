//! The windows in which a register is worked through: each holds about as many rows, wherever they lie, and little that lies between the
//! places at which an import brought any.

use mujun_geometry::geo::{Coord, Rect};

use crate::store::quality::{CELLS_A_DEGREE, Cell, Grid, Listed, WindowBounds};

/// Rows that one window holds, unless a single cell holds more.
const ROWS: i64 = 100_000;
/// Bytes of geometry that stand for one of these rows: of larger grounds a window holds fewer.
const BYTES_A_ROW: i64 = 400;
/// Rows in a window that lie where the import brought nothing, unless it brought as many elsewhere in it: what lies between far places is
/// not read.
const BETWEEN: i64 = 2_000;
/// Metres in a degree of longitude at the northern edge of the country, rounded down: what is wider in degrees is on the safe side.
const METRES_A_DEGREE: f64 = 60_000.0;

/// Windows that hold every imported row once. What lies within `margin_m` of such a row is in reach of its window.
pub(super) fn windows(grid: Grid, margin_m: f64) -> Vec<WindowBounds> {
    let mut found = Vec::new();
    split(grid, margin_m / METRES_A_DEGREE, &mut found);
    found
}

/// For how many rows of common size a cell counts.
fn load(cell: &Cell) -> i64 {
    cell.present.max(cell.bytes / BYTES_A_ROW)
}

fn split(grid: Grid, margin: f64, found: &mut Vec<WindowBounds>) {
    let Grid { mut cells, listed } = grid;
    let imported = || cells.iter().filter(|cell| cell.imported > 0);
    let extremes = imported().fold(None, |so_far: Option<(i32, i32, i32, i32)>, cell| {
        let (w, s, e, n) = so_far.unwrap_or((cell.x, cell.y, cell.x, cell.y));
        Some((w.min(cell.x), s.min(cell.y), e.max(cell.x), n.max(cell.y)))
    });
    let Some((west, south, east, north)) = extremes else { return };
    cells.retain(|cell| (west..=east).contains(&cell.x) && (south..=north).contains(&cell.y));
    let rows: i64 = cells.iter().map(load).sum();
    let around: i64 = cells.iter().filter(|cell| cell.imported > 0).map(load).sum();
    let between = match listed {
        Listed::All => rows - around,
        Listed::Brought => {
            let (held, all) = (cells.len() as i64, i64::from(east - west + 1) * i64::from(north - south + 1));
            around / held * (all - held)
        }
    };
    if (rows <= ROWS && between <= around.max(BETWEEN)) || (west == east && south == north) {
        let edge = |number: i32| f64::from(number) / CELLS_A_DEGREE;
        let low = Coord { x: edge(west), y: edge(south) };
        let home = Rect::new(low, Coord { x: edge(east + 1), y: edge(north + 1) });
        let reach = cells.iter().filter(|cell| cell.imported > 0);
        let far = reach.fold(low, |far, cell| Coord { x: far.x.max(cell.east), y: far.y.max(cell.north) });
        let margin = Coord { x: margin, y: margin };
        found.push(WindowBounds { home, reach: Rect::new(low - margin, far + margin) });
        return;
    }
    let along = |cell: &Cell| if east - west >= north - south { cell.x } else { cell.y };
    cells.sort_by_key(along);
    // Behind the row of cells that holds the middle, so that both sides have cells.
    let mut before = 0;
    let middle = cells.iter().find(|cell| {
        before += load(cell);
        before * 2 >= rows
    });
    let last = cells.iter().map(along).max().unwrap_or_default();
    let cut = middle.map_or(last, along).min(last - 1);
    let (low, high) = cells.into_iter().partition(|cell| along(cell) <= cut);
    split(Grid { cells: low, listed }, margin, found);
    split(Grid { cells: high, listed }, margin, found);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn cell() -> impl Strategy<Value = Cell> {
        let bytes = prop_oneof![Just(200), 0..4_000i64];
        (0..40i32, 0..40i32, 0..30_000i64, 0..30_000i64, bytes).prop_map(|(x, y, imported, others, bytes)| Cell {
            x,
            y,
            imported,
            off_plane: 0,
            present: imported + others,
            bytes: (imported + others) * bytes,
            east: f64::from(x + 1) / CELLS_A_DEGREE,
            north: f64::from(y + 1) / CELLS_A_DEGREE,
        })
    }

    proptest! {
        #[test]
        fn every_imported_row_is_in_one_window_and_windows_are_small(
            cells in prop::collection::vec(cell(), 1..60),
            listed in prop_oneof![Just(Listed::All), Just(Listed::Brought)],
        ) {
            let mut cells = cells;
            cells.sort_by_key(|cell| (cell.x, cell.y));
            cells.dedup_by_key(|cell| (cell.x, cell.y));
            if listed == Listed::Brought {
                cells.retain(|cell| cell.imported > 0);
            }
            let found = windows(Grid { cells: cells.clone(), listed }, 0.5);
            let begins = |cell: &Cell, home: &Rect<f64>| {
                let (x, y) = (f64::from(cell.x) / CELLS_A_DEGREE, f64::from(cell.y) / CELLS_A_DEGREE);
                home.min().x <= x && x < home.max().x && home.min().y <= y && y < home.max().y
            };
            for cell in &cells {
                let homes = found.iter().filter(|window| begins(cell, &window.home)).count();
                prop_assert!(homes == 1 || (cell.imported == 0 && homes == 0), "{cell:?} in {homes}");
            }
            for window in &found {
                let held: Vec<&Cell> = cells.iter().filter(|cell| begins(cell, &window.home)).collect();
                prop_assert!(held.iter().all(|cell| cell.imported == 0 || window.reach.max().x >= cell.east));
                let (home, rows): (_, i64) = (window.home, held.iter().map(|cell| load(cell)).sum());
                let all = (home.width() * home.height() * CELLS_A_DEGREE.powi(2)).round() as i64;
                let around: i64 = held.iter().filter(|cell| cell.imported > 0).map(|cell| load(cell)).sum();
                let between = match listed {
                    Listed::All => rows - around,
                    Listed::Brought => (all - held.len() as i64) * (around / held.len() as i64),
                };
                prop_assert!(all == 1 || (rows <= ROWS && between <= around.max(BETWEEN)), "{rows} with {between} between");
            }
        }
    }
}
