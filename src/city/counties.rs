//! 行政区界线。How much of a ground lies outside the county that claims it. Most grounds lie in the middle of one: a grid whose
//! cells know that no boundary runs through them answers for these.

use mujun_geometry::geo::{Coord, Rect};
use mujun_geometry::index::PackedIndex;
use mujun_geometry::layer::{Layer, LayerBuilder, Outline};
use mujun_geometry::overlay::Overlayer;
use mujun_geometry::reproject::ReprojectionError;
use mujun_geometry::surface::Surface;

use super::ground::PLANE;

/// Side of a cell, m.
const CELL_M: f64 = 500.0;
/// A share that is less is what rounding leaves of nothing.
const NOTHING: f64 = 1e-9;
/// Cells that the grid has at most; a larger territory gets larger cells.
const CELLS_MAX: f64 = 250_000.0;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cell {
    /// A boundary runs through it.
    Mixed,
    /// It lies wholly in this county.
    In(u16),
    /// It lies in none.
    Out,
}

/// The counties in the plane.
#[derive(Debug)]
pub struct Counties {
    codes: Vec<String>,
    layer: Layer,
    origin: Coord<f64>,
    side: f64,
    across: usize,
    cells: Vec<Cell>,
}

/// What lies outside the county that claims it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Outside {
    /// 界线之外的份额，0–1。
    pub share: f64,
    /// 大部分所在的县，在 [`Counties`] 中的位置；都不在为 `None`。
    pub mostly_in: Option<usize>,
}

impl Counties {
    /// Projects boundaries in EPSG:4490 and lays the grid over them.
    ///
    /// # Errors
    /// A vertex that cannot be brought to the plane.
    pub fn new(boundaries: Vec<(String, Surface)>) -> Result<Counties, ReprojectionError> {
        let (mut codes, mut builder) = (Vec::new(), LayerBuilder::new(mujun_geometry::crs::Crs::CGCS2000));
        for (code, surface) in boundaries {
            builder.push(&surface);
            codes.push(code);
        }
        let layer = builder.project(PLANE)?;
        let all = layer.bounds().iter().filter(|bounds| bounds.min().x.is_finite()).copied().reduce(joined);
        let Some(all) = all else {
            return Ok(Counties { codes, layer, origin: Coord::zero(), side: CELL_M, across: 0, cells: Vec::new() });
        };
        let side = CELL_M.max((all.width() * all.height() / CELLS_MAX).sqrt());
        let count = |extent: f64| (extent / side).floor() as usize + 1;
        let (across, up) = (count(all.width()), count(all.height()));
        let mut counties = Counties { codes, layer, origin: all.min(), side, across, cells: Vec::new() };
        counties.cells = counties.grid(up);
        Ok(counties)
    }

    fn grid(&self, up: usize) -> Vec<Cell> {
        let edges: Vec<Rect<f64>> = (0..self.layer.len())
            .flat_map(|county| self.layer.outline(county).rings().flat_map(|ring| ring.windows(2)))
            .map(|ends| Rect::new(ends[0], ends[1]))
            .collect();
        let tree = PackedIndex::build(edges.into_iter());
        let mut cells = Vec::with_capacity(up * self.across);
        for row in 0..up {
            // Between two neighbours without a boundary in them nothing changes.
            let mut last = Cell::Mixed;
            for column in 0..self.across {
                let min = self.origin + Coord { x: column as f64 * self.side, y: row as f64 * self.side };
                let bounds = Rect::new(min, min + Coord { x: self.side, y: self.side });
                let mut is_mixed = false;
                tree.for_each(bounds, |_| is_mixed = true);
                last = match (is_mixed, last) {
                    (true, _) => Cell::Mixed,
                    (false, Cell::Mixed) => self.county_at(bounds.center()),
                    (false, known) => known,
                };
                cells.push(last);
            }
        }
        cells
    }

    fn county_at(&self, point: Coord<f64>) -> Cell {
        let found = (0..self.layer.len()).find(|county| covers(self.layer.outline(*county), point));
        found.and_then(|county| u16::try_from(county).ok()).map_or(Cell::Out, Cell::In)
    }

    /// The position of a county by its code.
    pub fn position(&self, code: &str) -> Option<usize> {
        self.codes.iter().position(|known| known == code)
    }

    /// The code of a county.
    pub fn code(&self, position: usize) -> &str {
        &self.codes[position]
    }

    /// What every cell under a box is, where they are all the same and no boundary runs through any of them.
    fn known(&self, bounds: Rect<f64>) -> Option<Cell> {
        let at = |offset: f64| if offset >= 0.0 { Some((offset / self.side).floor() as usize) } else { None };
        let (low, high) = (bounds.min() - self.origin, bounds.max() - self.origin);
        let (west, south, east, north) = (at(low.x)?, at(low.y)?, at(high.x)?, at(high.y)?);
        if east >= self.across {
            return None;
        }
        let mut under =
            (south..=north).flat_map(|row| (west..=east).map(move |column| self.cells.get(row * self.across + column)));
        let first = *under.next()??;
        (first != Cell::Mixed && under.all(|cell| cell == Some(&first))).then_some(first)
    }

    /// What of a ground, laid in [`PLANE`], lies outside a county; `None` when nothing does.
    pub fn outside(&self, ground: Outline<'_>, county: usize) -> Option<Outside> {
        if ground.area() <= 0.0 {
            return None;
        }
        // A county has very many edges: where the cells know, it need not be laid over.
        match self.known(ground.bounds()) {
            Some(Cell::In(known)) if usize::from(known) == county => return None,
            Some(Cell::In(known)) => return Some(Outside { share: 1.0, mostly_in: Some(usize::from(known)) }),
            Some(Cell::Out) => return Some(Outside { share: 1.0, mostly_in: None }),
            Some(Cell::Mixed) | None => {}
        }
        let mut overlayer = Overlayer::default();
        overlayer.lay(ground);
        let inside = overlayer.area_in_common(self.layer.outline(county));
        let share = 1.0 - (inside / ground.area()).clamp(0.0, 1.0);
        if share <= 0.0 {
            return None;
        }
        let in_each = (0..self.layer.len()).map(|other| (other, overlayer.area_in_common(self.layer.outline(other))));
        let most = in_each.filter(|(_, common)| *common > ground.area() * NOTHING).max_by(|a, b| a.1.total_cmp(&b.1));
        Some(Outside { share, mostly_in: most.map(|(county, _)| county) })
    }
}

fn joined(a: Rect<f64>, b: Rect<f64>) -> Rect<f64> {
    let (p, q) = (a.min(), b.min());
    let (r, s) = (a.max(), b.max());
    Rect::new(Coord { x: p.x.min(q.x), y: p.y.min(q.y) }, Coord { x: r.x.max(s.x), y: r.y.max(s.y) })
}

/// Whether a point that no edge is near to lies in an outline: an odd number of edges above it.
fn covers(outline: Outline<'_>, point: Coord<f64>) -> bool {
    let mut is_in = false;
    for ends in outline.rings().flat_map(|ring| ring.windows(2)) {
        let (a, b) = (ends[0], ends[1]);
        if (a.x > point.x) != (b.x > point.x) {
            let at = a.y + (point.x - a.x) * (b.y - a.y) / (b.x - a.x);
            is_in ^= at > point.y;
        }
    }
    is_in
}

#[cfg(test)]
mod tests {
    use mujun_geometry::crs::Crs;
    use mujun_geometry::geo::{MultiPolygon, Polygon};
    use mujun_geometry::mend;
    use mujun_geometry::reproject::with_reprojector;
    use proptest::prelude::*;

    use super::*;

    /// Two counties side by side, bent, the second with a hole that belongs to none.
    fn counties() -> Counties {
        let bent = |west: f64, hole: Vec<Vec<(f64, f64)>>| {
            let ring =
                [(0.0, 0.0), (0.06, 0.004), (0.12, 0.0), (0.117, 0.05), (0.12, 0.1), (0.05, 0.096), (0.0, 0.1), (-0.003, 0.05)];
            let shifted = |(x, y): (f64, f64)| (120.4 + west + x, 30.5 + y);
            let holes = hole.into_iter().map(|ring| ring.into_iter().map(shifted).collect()).collect();
            mend(MultiPolygon(vec![Polygon::new(ring.into_iter().map(shifted).collect(), holes)]), Crs::CGCS2000).unwrap().surface
        };
        let hole = vec![vec![(0.03, 0.03), (0.07, 0.03), (0.07, 0.07), (0.03, 0.07)]];
        Counties::new(vec![("330402".into(), bent(0.0, Vec::new())), ("330421".into(), bent(0.12, hole))]).unwrap()
    }

    /// What [`Counties::outside`] says without its grid.
    fn exactly(counties: &Counties, ground: Outline<'_>, county: usize) -> (f64, Option<usize>) {
        let mut overlayer = Overlayer::default();
        overlayer.lay(ground);
        let in_each: Vec<f64> =
            (0..2).map(|other| overlayer.area_in_common(counties.layer.outline(other)) / ground.area()).collect();
        let most = (0..2).filter(|other| in_each[*other] > NOTHING).max_by(|a, b| in_each[*a].total_cmp(&in_each[*b]));
        (1.0 - in_each[county].clamp(0.0, 1.0), most)
    }

    proptest! {
        #[test]
        fn what_the_cells_know_is_what_the_overlay_says(
            boxes in prop::collection::vec((120.37..120.67f64, 30.47..30.63f64, 0.0002..0.004f64, 0.0002..0.004f64), 1..40),
        ) {
            let counties = counties();
            for (x, y, width, height) in boxes {
                let surface = mend(MultiPolygon(vec![Rect::new((x, y), (x + width, y + height)).to_polygon()]), Crs::CGCS2000).unwrap().surface;
                let surface = with_reprojector(Crs::CGCS2000, PLANE, |r| r.surface(&surface)).unwrap().unwrap();
                let mut builder = LayerBuilder::new(PLANE);
                builder.push(&surface);
                let layer = builder.finish();
                for county in 0..2 {
                    let (share, most) = exactly(&counties, layer.outline(0), county);
                    match counties.outside(layer.outline(0), county) {
                        None => prop_assert!(share < 1e-9, "{share}"),
                        Some(found) => {
                            prop_assert!((found.share - share).abs() < 1e-9, "{} {share}", found.share);
                            prop_assert!(found.share < 1e-9 || found.mostly_in == most, "{found:?} {most:?}");
                        }
                    }
                }
            }
        }
    }
}
