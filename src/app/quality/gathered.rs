//! The grounds of a file that fills an empty register, kept aside while its rows pass by: they can be examined while the
//! server makes its indexes, and need not be read back from it. They wait in a nameless file of the system's, so that memory does not
//! grow with them but by eight bytes a ground; of more than [`MOST`] none are kept aside.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Write};
use std::ops::Range;
use std::os::unix::fs::FileExt;

use mujun_geometry::crs::Crs;
use mujun_geometry::geo::Rect;
use mujun_geometry::layer::LayerBuilder;

use crate::register::{Ground, Lying};
use crate::store::quality::{CELLS_A_DEGREE, Cell, Grid, Listed, WindowBounds, WindowColumns};

/// Grounds that are kept aside: 64 MB of places in the file.
const MOST: usize = 8_000_000;
/// Bytes before the outline of a ground: number of its version, place of its division, ellipsoidal area.
const HEAD: usize = 8 + 4 + 8;

/// Bytes of the file that are read at once, but for a ground that takes more.
const READ_AT_ONCE: u64 = 1 << 20;

/// 本窗口查的、在另一窗口查的：as [`WindowColumns::roles`] has it.
const HERE: i32 = 1;
const ELSEWHERE: i32 = 2;

/// Where a ground begins, in cells of a 128th of a degree, and how many bytes it takes in the file.
#[derive(Clone, Copy, Debug)]
struct Slot {
    x: i16,
    y: i16,
    length: u32,
}

/// Grounds kept aside, each with the number that its version will have.
#[derive(Debug)]
pub struct Gathered {
    file: File,
    slots: Vec<Slot>,
    /// Those that are wider or higher than a cell, by their place among the slots.
    large: Vec<(usize, Rect<f64>)>,
    cells: BTreeMap<(i16, i16), Cell>,
    division_codes: Vec<String>,
    off_plane: i64,
}

/// What is kept of a ground besides its outline.
#[derive(Debug)]
pub struct Aside {
    division_code: String,
    ellipsoidal_area_m2: f64,
    /// In degrees; none outside the plane.
    bounds: Option<Rect<f64>>,
}

impl Aside {
    /// Of the ground of a row, if it has one.
    pub fn of<R: Lying>(row: &R) -> Option<Aside> {
        let (code, Ground { surface, ellipsoidal_area_m2, planar_area_m2 }) = row.lies()?;
        let bounds = planar_area_m2.map(|_| surface.bounds());
        Some(Aside { division_code: code.to_owned(), ellipsoidal_area_m2: *ellipsoidal_area_m2, bounds })
    }
}

/// Why grounds could not be kept aside. They can be read back from the register instead.
#[derive(Debug, thiserror::Error)]
pub enum GatherError {
    /// The file of the system's.
    #[error("图形的暂存文件读写失败")]
    File(#[from] io::Error),
    /// What was read is not what was written.
    #[error("图形的暂存文件内容有误")]
    Garbled,
    /// More than is worth keeping aside.
    #[error("图形超过 {MOST} 个，不再暂存")]
    TooMany,
}

impl Gathered {
    /// None yet.
    ///
    /// # Errors
    /// No file can be made.
    pub fn new() -> Result<Gathered, GatherError> {
        let file = tempfile::tempfile()?;
        let (slots, large, cells, division_codes) = (Vec::new(), Vec::new(), BTreeMap::new(), Vec::new());
        Ok(Gathered { file, slots, large, cells, division_codes, off_plane: 0 })
    }

    /// How many lie outside the plane and were not kept.
    pub fn off_plane(&self) -> i64 {
        self.off_plane
    }

    /// Keeps some grounds, each with the number that its version will have and its outline as EWKB in EPSG:4490.
    ///
    /// # Errors
    /// The file, or more grounds than are kept.
    pub fn take<'a>(&mut self, grounds: impl IntoIterator<Item = (i64, &'a Aside, &'a [u8])>) -> Result<(), GatherError> {
        let mut bytes = Vec::new();
        for (number, aside, outline) in grounds {
            let Some(bounds) = aside.bounds else {
                self.off_plane += 1;
                continue;
            };
            let length = u32::try_from(HEAD + outline.len()).map_err(|_| GatherError::Garbled)?;
            bytes.extend_from_slice(&length.to_le_bytes());
            bytes.extend_from_slice(&number.to_le_bytes());
            bytes.extend_from_slice(&self.place_of(&aside.division_code).to_le_bytes());
            bytes.extend_from_slice(&aside.ellipsoidal_area_m2.to_le_bytes());
            bytes.extend_from_slice(outline);
            // What lies in the plane is within a few degrees of its meridian.
            let cell = |degrees: f64| (degrees * CELLS_A_DEGREE).floor() as i16;
            if self.slots.len() >= MOST {
                return Err(GatherError::TooMany);
            }
            self.enter(Slot { x: cell(bounds.min().x), y: cell(bounds.min().y), length: length + 4 }, bounds);
        }
        self.file.write_all(&bytes)?;
        Ok(())
    }

    /// The place of a division among those that were met.
    fn place_of(&mut self, code: &str) -> u32 {
        // Rows of one county mostly follow each other.
        let place = self.division_codes.iter().rposition(|known| known == code).unwrap_or_else(|| {
            self.division_codes.push(code.to_owned());
            self.division_codes.len() - 1
        });
        u32::try_from(place).unwrap_or(u32::MAX)
    }

    fn enter(&mut self, slot: Slot, bounds: Rect<f64>) {
        if bounds.width().max(bounds.height()) > 1.0 / CELLS_A_DEGREE {
            self.large.push((self.slots.len(), bounds));
        }
        self.slots.push(slot);
        let (x, y) = (i32::from(slot.x), i32::from(slot.y));
        let (east, north) = (f64::NEG_INFINITY, f64::NEG_INFINITY);
        let empty = Cell { x, y, imported: 0, off_plane: 0, present: 0, bytes: 0, east, north };
        let cell = self.cells.entry((slot.x, slot.y)).or_insert(empty);
        cell.imported += 1;
        cell.present += 1;
        cell.bytes += i64::from(slot.length);
        cell.east = cell.east.max(bounds.max().x);
        cell.north = cell.north.max(bounds.max().y);
    }

    /// How they are spread.
    pub fn grid(&self) -> Grid {
        Grid { cells: self.cells.values().copied().collect(), listed: Listed::All }
    }

    /// The grounds that may lie in reach of a window, those that begin in it to be examined there. Outlines are in longitude
    /// and latitude: bringing them to the plane is work for the time in which the server is busy alone.
    ///
    /// # Errors
    /// The file.
    pub fn window(&self, bounds: WindowBounds) -> Result<(WindowColumns, LayerBuilder), GatherError> {
        let WindowBounds { home, reach } = bounds;
        let cell = |degrees: f64| (degrees * CELLS_A_DEGREE).floor() as i32;
        // What is no larger than a cell and reaches here begins in the cell before at the earliest.
        let columns = cell(reach.min().x) - 1..=cell(reach.max().x);
        let rows = cell(reach.min().y) - 1..=cell(reach.max().y);
        let (home_columns, home_rows) = (cell(home.min().x)..cell(home.max().x), cell(home.min().y)..cell(home.max().y));
        let mut large = self.large.iter().peekable();
        let mut all = WindowColumns { division_codes: self.division_codes.clone(), ..WindowColumns::default() };
        let mut outlines = LayerBuilder::new(Crs::CGCS2000);
        let mut roles = Vec::new();
        let (mut at, mut run, mut runs) = (0, 0..0, Vec::new());
        for (place, slot) in self.slots.iter().enumerate() {
            let (x, y) = (i32::from(slot.x), i32::from(slot.y));
            let reaches = large.next_if(|(at, _)| *at == place).is_some_and(|(_, bounds)| {
                let (low, high) = (bounds.min(), bounds.max());
                low.x <= reach.max().x && high.x >= reach.min().x && low.y <= reach.max().y && high.y >= reach.min().y
            });
            let end = at + u64::from(slot.length);
            if reaches || (columns.contains(&x) && rows.contains(&y)) {
                if run.end != at || run.end - run.start > READ_AT_ONCE {
                    runs.push(std::mem::replace(&mut run, at..at));
                }
                run.end = end;
                roles.push(if home_columns.contains(&x) && home_rows.contains(&y) { HERE } else { ELSEWHERE });
            }
            at = end;
        }
        runs.push(run);
        all.version_ids.reserve(roles.len());
        all.divisions.reserve(roles.len());
        all.ground.ellipsoidal_m2.reserve(roles.len());
        all.roles = roles;
        let mut scratch = Vec::new();
        for run in runs {
            self.read(&run, &mut scratch, &mut all, &mut outlines)?;
        }
        Ok((all, outlines))
    }

    /// Reads the grounds of a stretch of the file.
    fn read(
        &self,
        run: &Range<u64>,
        scratch: &mut Vec<u8>,
        all: &mut WindowColumns,
        outlines: &mut LayerBuilder,
    ) -> Result<(), GatherError> {
        let length = usize::try_from(run.end - run.start).map_err(|_| GatherError::Garbled)?;
        scratch.resize(length.max(scratch.len()), 0);
        let bytes = &mut scratch[..length];
        self.file.read_exact_at(bytes, run.start)?;
        let mut rest = &*bytes;
        while !rest.is_empty() {
            let (length, more) = rest.split_first_chunk::<4>().ok_or(GatherError::Garbled)?;
            let (ground, more) = more.split_at_checked(u32::from_le_bytes(*length) as usize).ok_or(GatherError::Garbled)?;
            let (head, outline) = ground.split_first_chunk::<HEAD>().ok_or(GatherError::Garbled)?;
            let [number @ .., _, _, _, _, _, _, _, _, _, _, _, _] = *head;
            let [_, _, _, _, _, _, _, _, division @ .., _, _, _, _, _, _, _, _] = *head;
            let [_, _, _, _, _, _, _, _, _, _, _, _, area @ ..] = *head;
            all.version_ids.push(i64::from_le_bytes(number));
            all.divisions.push(u32::from_le_bytes(division));
            all.ground.ellipsoidal_m2.push(f64::from_le_bytes(area));
            outlines.push_wkb(outline).map_err(|_| GatherError::Garbled)?;
            rest = more;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use mujun_geometry::geo::{Coord, MultiPolygon};
    use mujun_geometry::{mend, reproject, wkb};
    use proptest::prelude::*;

    use super::*;
    use crate::city::ground::PLANE;
    use crate::register::Ground;

    #[derive(Debug)]
    struct Row {
        county: &'static str,
        ground: Option<Ground>,
    }

    impl Lying for Row {
        fn lies(&self) -> Option<(&str, &Ground)> {
            Some((self.county, self.ground.as_ref()?))
        }
    }

    /// Boxes in degrees, some of them wider than a cell; some rows have none, some lie outside the plane.
    fn row() -> impl Strategy<Value = Row> {
        let extent = prop_oneof![4 => 0.0001..0.002f64, 1 => 0.005..0.05f64];
        let ground = (120.5..120.6f64, 30.5..30.6f64, extent.clone(), extent, 0..10u8);
        let ground = ground.prop_map(|(x, y, width, height, plane)| {
            let surface =
                mend(MultiPolygon(vec![Rect::new((x, y), (x + width, y + height)).to_polygon()]), Crs::CGCS2000).unwrap();
            let planar_area_m2 = (plane > 0).then_some(1.0);
            Ground { surface: surface.surface, ellipsoidal_area_m2: width * height, planar_area_m2 }
        });
        (prop::option::weighted(0.9, ground), any::<bool>())
            .prop_map(|(ground, other)| Row { county: if other { "330421" } else { "330402" }, ground })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]
        #[test]
        fn a_window_gives_what_reaches_it_and_of_that_what_begins_in_it(
            rows in prop::collection::vec(row(), 1..120),
            (west, south, across, up) in (15_424..15_436i32, 3_904..3_916i32, 1..4i32, 1..4i32),
        ) {
            let rows: Vec<(i32, Row)> = (1..).zip(rows).collect();
            let mut gathered = Gathered::new().unwrap();
            for some in rows.chunks(37) {
                let aside = some.iter().filter_map(|(number, row)| Some((number, row.ground.as_ref()?, Aside::of(row)?)));
                let aside = aside.map(|(number, ground, aside)| (1_000 + i64::from(*number), aside, wkb::to_ewkb(&ground.surface)));
                let aside: Vec<(i64, Aside, Vec<u8>)> = aside.collect();
                gathered.take(aside.iter().map(|(number, aside, outline)| (*number, aside, outline.as_slice()))).unwrap();
            }
            let edge = |cell: i32| f64::from(cell) / CELLS_A_DEGREE;
            let home = Rect::new((edge(west), edge(south)), (edge(west + across), edge(south + up)));
            let margin = Coord { x: 0.001, y: 0.001 };
            let reach = Rect::new(home.min() - margin, home.max() + margin);
            let (columns, outlines) = gathered.window(WindowBounds { home, reach }).unwrap();
            let outlines = outlines.project(PLANE).unwrap();
            prop_assert_eq!(columns.version_ids.len(), outlines.len());
            prop_assert_eq!(columns.roles.len(), outlines.len());
            let in_plane = |row: &Row| row.ground.as_ref().is_some_and(|ground| ground.planar_area_m2.is_some());
            let off_plane = rows.iter().filter(|(_, row)| row.ground.is_some() && !in_plane(row)).count();
            prop_assert_eq!(usize::try_from(gathered.off_plane()).unwrap(), off_plane);
            let imported: i64 = gathered.grid().cells.iter().map(|cell| cell.imported).sum();
            prop_assert_eq!(usize::try_from(imported).unwrap(), rows.iter().filter(|(_, row)| in_plane(row)).count());
            for (number, row) in rows.iter().filter(|(_, row)| in_plane(row)) {
                let ground = row.ground.as_ref().unwrap();
                let bounds = ground.surface.bounds();
                let at = columns.version_ids.iter().position(|id| *id == 1_000 + i64::from(*number));
                let reaches = bounds.min().x <= reach.max().x && bounds.max().x >= reach.min().x
                    && bounds.min().y <= reach.max().y && bounds.max().y >= reach.min().y;
                prop_assert!(at.is_some() || !reaches, "{bounds:?} reaches {reach:?}");
                let Some(at) = at else { continue };
                let begins = bounds.min().x >= home.min().x && bounds.min().x < home.max().x
                    && bounds.min().y >= home.min().y && bounds.min().y < home.max().y;
                prop_assert_eq!(columns.roles[at], if begins { HERE } else { ELSEWHERE });
                prop_assert_eq!(&columns.division_codes[columns.divisions[at] as usize], row.county);
                prop_assert_eq!(columns.ground.ellipsoidal_m2[at], ground.ellipsoidal_area_m2);
                let area = reproject::area_in_plane(&ground.surface, PLANE).unwrap();
                prop_assert!((outlines.areas()[at] / area - 1.0).abs() < 1e-6);
            }
        }
    }
}
