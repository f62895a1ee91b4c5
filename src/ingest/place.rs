//! The place a file must belong to: what the caller knows of the city before a row is read.

use std::{
    collections::{BTreeMap, BTreeSet},
    hash::{DefaultHasher, Hash, Hasher},
    ops::RangeInclusive,
    sync::{
        Arc,
        atomic::{AtomicU16, Ordering},
    },
};

use mujun_domain::code::DivisionCode;
use mujun_geometry::{
    Surface,
    geo::{BoundingRect, Contains, Coord, Distance, Euclidean, Point, Rect},
};

use super::crs::union;
use crate::register::RegisterKind;

/// How far outside the known extent a row may lie, degrees (about 5 km): boundaries of different editions differ.
pub(super) const EXTENT_MARGIN_DEGREES: f64 = 0.05;

/// The city as the registers know it. [`Place::default`] knows nothing and checks nothing.
#[derive(Clone, Debug, Default)]
pub struct Place {
    /// Bounding box of the divisions, longitude and latitude.
    pub extent: Option<Rect<f64>>,
    /// Divisions and their boundaries, EPSG:4490.
    pub divisions: Vec<(DivisionCode, Surface)>,
    /// Codes of the known reporting units; `None` checks nothing.
    pub reporting_units: Option<BTreeSet<String>>,
    /// What the rows may refer to, as division and code; a register that is not listed is not checked.
    pub registered: BTreeMap<RegisterKind, RegisteredKeys>,
    /// What is registered near a place, asked once a file.
    pub neighbours: Neighbours,
}

/// The present keys of a register, by 64 bits of each: eight bytes a row, however long its code. A key that is not among them is taken for
/// one that is in one of 10¹² questions to ten million.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RegisteredKeys(Vec<u64>);

impl RegisteredKeys {
    /// The keys of which these are the [`RegisteredKeys::mark`]s.
    pub fn of_marks(mut marks: Vec<u64>) -> RegisteredKeys {
        marks.sort_unstable();
        RegisteredKeys(marks)
    }

    /// What is kept of a division and a code.
    pub fn mark(division: &str, code: &str) -> u64 {
        let mut hasher = DefaultHasher::new();
        (division, code).hash(&mut hasher);
        hasher.finish()
    }

    /// Whether there is no key.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a key is among them.
    pub(super) fn contains(&self, division: &str, code: &str) -> bool {
        self.0.binary_search(&RegisteredKeys::mark(division, code)).is_ok()
    }
}

/// Asked for the registered outlines in boxes of longitude and latitude.
type Ask = dyn Fn(&[Rect<f64>]) -> Vec<Surface> + Send + Sync;

/// How to ask for what is registered near a place, so that a file can be held against its neighbours.
#[derive(Clone, Default)]
pub struct Neighbours(Option<Arc<Ask>>);

impl Neighbours {
    /// Asked with boxes of longitude and latitude, it gives registered outlines that meet any of them, EPSG:4490; not necessarily all.
    pub fn new(ask: impl Fn(&[Rect<f64>]) -> Vec<Surface> + Send + Sync + 'static) -> Neighbours {
        Neighbours(Some(Arc::new(ask)))
    }

    pub(super) fn within(&self, boxes: &[Rect<f64>]) -> Vec<Surface> {
        self.0.as_ref().map(|ask| ask(boxes)).unwrap_or_default()
    }
}

impl std::fmt::Debug for Neighbours {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(if self.0.is_some() { "Neighbours(asked)" } else { "Neighbours(unknown)" })
    }
}

/// Which division a point lies in.
pub(super) enum Located {
    /// Inside this one.
    Inside(String),
    /// In none; this one is nearest, within the margin of the extent.
    Near(String),
    /// In none and near none.
    Nowhere,
}

impl Place {
    /// The city of these divisions, EPSG:4490; nothing else is known of it.
    pub fn of(divisions: Vec<(DivisionCode, Surface)>) -> Place {
        let extent = divisions.iter().map(|(_, surface)| surface.bounds()).reduce(union);
        Place { extent, divisions, ..Place::default() }
    }

    /// Whether a division with this code is known; yes when none is known at all, as then nothing can be said.
    pub(super) fn knows_division(&self, code: &str) -> bool {
        self.divisions.is_empty() || self.divisions.iter().any(|(known, _)| known.as_str() == code)
    }

    /// The division of a point in longitude and latitude.
    pub(super) fn locate(&self, point: Point<f64>) -> Located {
        let reaching = || self.divisions.iter().filter(|(_, surface)| with_margin(surface.bounds()).contains(&point));
        if let Some((code, _)) = reaching().find(|(_, surface)| surface.multi_polygon().contains(&point)) {
            return Located::Inside(code.to_string());
        }
        let mut nearest: Option<(f64, &DivisionCode)> = None;
        for (code, surface) in reaching() {
            let distance = Euclidean.distance(&point, surface.multi_polygon());
            if distance <= EXTENT_MARGIN_DEGREES && nearest.is_none_or(|(least, _)| distance < least) {
                nearest = Some((distance, code));
            }
        }
        nearest.map_or(Located::Nowhere, |(_, code)| Located::Near(code.to_string()))
    }

    /// The extent with its margin.
    pub(super) fn reach(&self) -> Option<Rect<f64>> {
        self.extent.map(with_margin)
    }
}

/// A box of degrees with the margin of the extent on every side.
fn with_margin(bounds: Rect<f64>) -> Rect<f64> {
    let margin = Coord { x: EXTENT_MARGIN_DEGREES, y: EXTENT_MARGIN_DEGREES };
    Rect::new(bounds.min() - margin, bounds.max() + margin)
}

/// Cells across the extent of the divisions, each way: a few hundred metres each in a city.
const CELLS: usize = 256;
/// Cells that the box of one ground may cover to be answered by the grid.
const CELLS_A_GROUND: usize = 16;
/// Nobody has asked of this cell yet.
const UNASKED: u16 = 0;
/// A boundary runs through this cell, or no division is there: each ground is located exactly.
const MIXED: u16 = 1;
/// From here on: in the division of this number.
const INSIDE: u16 = 2;

/// Divisions by cells: most grounds lie in a cell that no boundary touches, and need not be held against every boundary of the city.
pub(super) struct Cells<'a> {
    place: &'a Place,
    origin: (f64, f64),
    size: (f64, f64),
    known: Vec<AtomicU16>,
}

impl<'a> Cells<'a> {
    /// Cells over the divisions of a place; without divisions they know nothing.
    pub fn new(place: &'a Place) -> Cells<'a> {
        let extent = place.divisions.iter().map(|(_, surface)| surface.bounds()).reduce(union);
        let usable = extent.filter(|extent| {
            place.divisions.len() < usize::from(u16::MAX - INSIDE) && extent.width() > 0.0 && extent.height() > 0.0
        });
        let Some(extent) = usable else { return Cells { place, origin: (0.0, 0.0), size: (1.0, 1.0), known: Vec::new() } };
        let size = (extent.width() / CELLS as f64, extent.height() / CELLS as f64);
        let known = (0..CELLS * CELLS).map(|_| AtomicU16::new(UNASKED)).collect();
        let cells = Cells { place, origin: extent.min().x_y(), size, known };
        for (_, surface) in &place.divisions {
            for ring in surface.multi_polygon().iter().flat_map(|p| std::iter::once(p.exterior()).chain(p.interiors())) {
                for edge in ring.lines() {
                    let (rows, columns) = cells.covered(edge.bounding_rect());
                    for cell in rows.flat_map(|row| columns.clone().map(move |column| row * CELLS + column)) {
                        cells.known[cell].store(MIXED, Ordering::Relaxed);
                    }
                }
            }
        }
        cells
    }

    /// Rows and columns that a box covers, those at the margin included; outside the extent, the nearest.
    fn covered(&self, bounds: Rect<f64>) -> (RangeInclusive<usize>, RangeInclusive<usize>) {
        let index = |at: f64, origin: f64, size: f64| (((at - origin) / size).floor().max(0.0) as usize).min(CELLS - 1);
        let range = |low: f64, high: f64, origin: f64, size: f64| index(low, origin, size)..=index(high, origin, size);
        (
            range(bounds.min().y, bounds.max().y, self.origin.1, self.size.1),
            range(bounds.min().x, bounds.max().x, self.origin.0, self.size.0),
        )
    }

    /// The division that wholly holds a box, where the cells know; `None` says nothing.
    pub fn whole(&self, bounds: Rect<f64>) -> Option<&'a DivisionCode> {
        let (far_x, far_y) = (self.origin.0 + self.size.0 * CELLS as f64, self.origin.1 + self.size.1 * CELLS as f64);
        let within =
            bounds.min().x > self.origin.0 && bounds.min().y > self.origin.1 && bounds.max().x < far_x && bounds.max().y < far_y;
        if self.known.is_empty() || !within {
            return None;
        }
        let (rows, columns) = self.covered(bounds);
        if (rows.end() - rows.start() + 1) * (columns.end() - columns.start() + 1) > CELLS_A_GROUND {
            return None;
        }
        let mut found = None;
        for cell in rows.flat_map(|row| columns.clone().map(move |column| row * CELLS + column)) {
            let inside = self.of(cell)?;
            if found.is_some_and(|found| found != inside) {
                return None;
            }
            found = Some(inside);
        }
        self.place.divisions.get(usize::from(found?)).map(|(code, _)| code)
    }

    /// The number of the division that wholly holds a cell.
    fn of(&self, cell: usize) -> Option<u16> {
        let mut known = self.known[cell].load(Ordering::Relaxed);
        if known == UNASKED {
            let centre = |origin: f64, size: f64, at: usize| origin + size * (at as f64 + 0.5);
            let point =
                Point::new(centre(self.origin.0, self.size.0, cell % CELLS), centre(self.origin.1, self.size.1, cell / CELLS));
            // No boundary runs through the cell: what holds of its centre holds of all of it.
            known = match self.place.locate(point) {
                Located::Inside(code) => {
                    let number = self.place.divisions.iter().position(|(known, _)| known.as_str() == code);
                    number.and_then(|number| u16::try_from(number).ok()).map_or(MIXED, |number| INSIDE + number)
                }
                Located::Near(_) | Located::Nowhere => MIXED,
            };
            self.known[cell].store(known, Ordering::Relaxed);
        }
        known.checked_sub(INSIDE)
    }
}

#[cfg(test)]
mod tests {
    use mujun_geometry::{Crs, geo::MultiPolygon, geo::Polygon, geo::coord, mend};
    use proptest::prelude::*;

    use super::*;

    /// Six counties with bent boundaries, one with a hole.
    fn place() -> Place {
        let bent = |west: f64, south: f64| {
            let at = |x: f64, y: f64| coord! { x: 120.0 + west + x, y: 30.0 + south + y };
            let ring = vec![
                at(0.0, 0.0),
                at(0.21, 0.03),
                at(0.3, 0.0),
                at(0.33, 0.14),
                at(0.3, 0.3),
                at(0.12, 0.28),
                at(0.0, 0.3),
                at(0.03, 0.14),
            ];
            let hole = vec![at(0.1, 0.1), at(0.14, 0.12), at(0.12, 0.16)];
            let holes = if west == 0.0 { vec![hole.into()] } else { Vec::new() };
            Polygon::new(ring.into(), holes)
        };
        let corners = [(0.0, 0.0), (0.3, 0.0), (0.6, 0.0), (0.0, 0.3), (0.3, 0.3), (0.6, 0.3)];
        let divisions: Vec<(DivisionCode, Surface)> = (1..)
            .zip(corners)
            .map(|(n, (west, south))| {
                let surface = mend(MultiPolygon(vec![bent(west, south)]), Crs::CGCS2000).unwrap().surface;
                (DivisionCode::parse(&format!("33040{n}")).unwrap(), surface)
            })
            .collect();
        Place { divisions, ..Place::default() }
    }

    proptest! {
        #[test]
        fn what_the_cells_know_is_what_the_boundaries_say(
            boxes in prop::collection::vec((119.9..121.1f64, 29.9..30.8f64, 0.0..0.004f64, 0.0..0.004f64), 1..200),
        ) {
            let place = place();
            let cells = Cells::new(&place);
            for (x, y, width, height) in boxes {
                let bounds = Rect::new((x, y), (x + width, y + height));
                let Some(code) = cells.whole(bounds) else { continue };
                for point in [bounds.min(), bounds.max(), bounds.center(), coord! { x: bounds.min().x, y: bounds.max().y }] {
                    let exactly = place.locate(point.into());
                    prop_assert!(matches!(&exactly, Located::Inside(inside) if inside == code.as_str()));
                }
            }
        }
    }

    #[test]
    fn the_cells_answer_for_most_of_the_ground() {
        let place = place();
        let cells = Cells::new(&place);
        let known = (0..100)
            .flat_map(|i| (0..60).map(move |j| (120.005 + f64::from(i) * 0.0088, 30.005 + f64::from(j) * 0.0098)))
            .filter(|&(x, y)| cells.whole(Rect::new((x, y), (x + 0.001, y + 0.001))).is_some())
            .count();
        assert!(known > 4_000, "{known}");
    }

    #[test]
    fn without_divisions_the_cells_know_nothing() {
        let place = Place::default();
        assert!(Cells::new(&place).whole(Rect::new((120.0, 30.0), (120.1, 30.1))).is_none());
    }
}
