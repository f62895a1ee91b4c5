//! Geometry that stands in a cell: WKT, EWKT, WKB in hex digits, or a list of corners "x,y;x,y;…".
//!
//! A column is one of geometry when every filled cell among the first rows looks like it; nothing depends on its name.

use std::collections::VecDeque;

use gdal::vector::Geometry;

use super::{
    IngestError, IngestIssue, IssueCode,
    gdal_source::{self, Chords, Unit},
    rings,
    source::{CELL_LIMIT, Cell, DeclaredCrs, Opened, RawRow, Rows, Shape},
};

/// How many rows are looked at to find the column.
const SAMPLES: usize = 200;

/// More issues of one sort than anyone reads.
const ISSUE_LIMIT: usize = 1000;

/// How geometry is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Notation {
    /// WKT or EWKT.
    Text,
    /// WKB or EWKB as hex digits.
    Hex,
    /// Corners: numbers in pairs.
    Corners,
}

/// Finds the column of geometry, if there is one, and puts its shapes in the place of the text; cells that are too long
/// to be values are emptied, and said.
pub(super) fn attach(mut opened: Opened) -> Result<Opened, IngestError> {
    gdal_source::listen();
    let first = opened.rows.next_rows(SAMPLES)?;
    let found = (0..opened.columns.len()).find_map(|column| {
        let mut cells = first.iter().filter_map(|row| match row.cells.get(column) {
            Some(Cell::Text(text)) => Some(Some(text.as_str())),
            Some(Cell::Empty) | None => None,
            Some(_) => Some(None),
        });
        let notation = notation(cells.next()??)?;
        cells.all(|text| text.and_then(self::notation) == Some(notation)).then_some((column, notation))
    });
    if let Some((column, _)) = found {
        opened.has_geometry = true;
        let srid = first.iter().find_map(|row| match row.cells.get(column) {
            Some(Cell::Text(text)) => srid(text),
            _ => None,
        });
        if let Some(srid) = srid {
            opened.crs = DeclaredCrs::Known(srid, format!("SRID {srid}"));
        }
    }
    let columns = opened.columns.clone();
    let unit = match opened.crs {
        DeclaredCrs::Known(4490 | 4326 | 4214 | 4610, _) => Unit::Degree,
        _ => Unit::Metre,
    };
    let ahead = first.into();
    opened.rows =
        Box::new(Written { inner: opened.rows, ahead, found, columns, issues: Vec::new(), chords: Chords::default(), unit });
    Ok(opened)
}

struct Written {
    inner: Box<dyn Rows>,
    /// Rows that were read to be looked at.
    ahead: VecDeque<RawRow>,
    found: Option<(usize, Notation)>,
    columns: Vec<String>,
    issues: Vec<IngestIssue>,
    chords: Chords,
    unit: Unit,
}

impl Rows for Written {
    fn next_rows(&mut self, limit: usize) -> Result<Vec<RawRow>, IngestError> {
        let ahead = self.ahead.len().min(limit);
        let mut rows: Vec<RawRow> = self.ahead.drain(..ahead).collect();
        if rows.len() < limit {
            rows.append(&mut self.inner.next_rows(limit - rows.len())?);
        }
        for row in &mut rows {
            if let Some((column, notation)) = self.found {
                let (shape, gap) = match row.cells.get_mut(column).map(std::mem::take) {
                    Some(Cell::Text(text)) => shape(&text, notation),
                    _ => (Shape::Missing, None),
                };
                row.shape = shape;
                self.chords.take(row.number, gap);
            }
            shorten(row, &self.columns, &mut self.issues);
        }
        Ok(rows)
    }

    fn warnings(&mut self) -> Vec<String> {
        self.inner.warnings()
    }

    fn issues(&mut self) -> Vec<IngestIssue> {
        let mut issues = self.inner.issues();
        issues.append(&mut self.issues);
        issues.extend(std::mem::take(&mut self.chords).issue(self.unit));
        issues
    }
}

/// Empties the cells of a row that are too long to be values.
pub(super) fn shorten(row: &mut RawRow, columns: &[String], issues: &mut Vec<IngestIssue>) {
    for (index, cell) in row.cells.iter_mut().enumerate() {
        if let Cell::Text(text) = cell
            && text.len() > CELL_LIMIT
        {
            if issues.len() < ISSUE_LIMIT {
                let message = format!("单元格有 {} KiB 文字，超过上限 {} KiB", text.len() >> 10, CELL_LIMIT >> 10);
                let column = columns.get(index).map_or("", String::as_str);
                issues.push(IngestIssue::new(IssueCode::CellTooLong, message).with_row(row.number).with_cell(column, text));
            }
            *cell = Cell::Empty;
        }
    }
}

/// How the geometry of a cell is written; none when it is no geometry.
pub(super) fn notation(cell: &str) -> Option<Notation> {
    let text = cell.trim();
    let bare =
        text.split_once(';').filter(|(srid, _)| srid.to_ascii_uppercase().starts_with("SRID=")).map_or(text, |(_, rest)| rest);
    let word: String = bare.trim_start().chars().take_while(|c| c.is_ascii_alphabetic()).collect::<String>().to_ascii_uppercase();
    let kinds = ["POLYGON", "CURVEPOLYGON", "SURFACE", "GEOMETRYCOLLECTION", "POINT", "LINESTRING"];
    let after = bare.trim_start()[word.len()..].trim_start();
    if kinds.iter().any(|kind| word.strip_prefix("MULTI").unwrap_or(&word) == *kind)
        && (after.starts_with('(') || after.starts_with(['Z', 'M', 'E', 'z', 'm', 'e']))
    {
        return Some(Notation::Text);
    }
    if text.len() >= 18 && text.len().is_multiple_of(2) && text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        let kind = match &text[..2] {
            "01" => u32::from_str_radix(&text[2..10], 16).ok()?.swap_bytes(),
            "00" => u32::from_str_radix(&text[2..10], 16).ok()?,
            _ => return None,
        };
        return (1..=17).contains(&(kind & 0x0fff_ffff).rem_euclid(1000)).then_some(Notation::Hex);
    }
    (text.len() >= 11 && corners(text).is_some()).then_some(Notation::Corners)
}

/// The SRID before a WKT or within a WKB.
fn srid(cell: &str) -> Option<u32> {
    let text = cell.trim();
    if let Some((head, _)) = text.split_once(';')
        && let Some(number) = head.to_ascii_uppercase().strip_prefix("SRID=")
    {
        return number.trim().parse().ok().filter(|srid| *srid != 0);
    }
    let bytes = unhex(text.get(..18)?)?;
    let order = |bytes: [u8; 4]| if text.starts_with("01") { u32::from_le_bytes(bytes) } else { u32::from_be_bytes(bytes) };
    let kind = order(bytes[1..5].try_into().ok()?);
    (kind & EWKB_SRID != 0).then(|| order([bytes[5], bytes[6], bytes[7], bytes[8]])).filter(|srid| *srid != 0)
}

/// The mark of an SRID in the type of PostGIS' EWKB.
const EWKB_SRID: u32 = 0x2000_0000;

/// The shape that a cell says, and how far chords lie from its arcs.
fn shape(cell: &str, notation: Notation) -> (Shape, Option<f64>) {
    let unreadable = || {
        let start = super::issue::shortened(cell.trim(), 40);
        (Shape::Faulty(IssueCode::ShapeUnreadable, format!("“{start}”不是可读的图形")), None)
    };
    match notation {
        Notation::Text => {
            let text = cell.trim();
            let bare = if text.get(..5).is_some_and(|head| head.eq_ignore_ascii_case("srid=")) {
                text.split_once(';').map_or("", |(_, rest)| rest)
            } else {
                text
            };
            Geometry::from_wkt(bare).map_or_else(|_| unreadable(), |geometry| gdal_source::shape_of(&geometry))
        }
        Notation::Hex => unhex(cell.trim())
            .and_then(|bytes| Geometry::from_wkb(&without_srid(bytes)).ok())
            .map_or_else(unreadable, |geometry| gdal_source::shape_of(&geometry)),
        Notation::Corners => match corners(cell) {
            Some(found) => (rings::shape(found), None),
            None => unreadable(),
        },
    }
}

/// The shape of a cell whose notation is to be found first; for trials.
pub(super) fn trial(cell: &str) -> Option<Shape> {
    gdal_source::listen();
    Some(shape(cell, notation(cell)?).0)
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits = text.as_bytes();
    let value = |digit: u8| char::from(digit).to_digit(16).map(|value| value as u8);
    digits.len().is_multiple_of(2).then_some(())?;
    digits.chunks_exact(2).map(|pair| Some(value(pair[0])? << 4 | value(pair[1])?)).collect()
}

/// EWKB without its SRID, which GDAL does not know.
fn without_srid(mut bytes: Vec<u8>) -> Vec<u8> {
    let at = if bytes.first() == Some(&1) { 4 } else { 1 };
    if bytes.len() > 9 && bytes[at] & 0x20 != 0 {
        bytes[at] &= !0x20;
        bytes.drain(5..9);
    }
    bytes
}

/// The rings of a list of corners: pairs of numbers, each pair of the same two marks; rings are set apart by `|` or `#`.
fn corners(text: &str) -> Option<Vec<Vec<(f64, f64)>>> {
    let text = text.trim().trim_matches(['[', ']', '(', ')', '（', '）']);
    let mut rings = Vec::new();
    for part in text.split(['|', '#']) {
        let pairs = part.split([';', '；', '\n', '、']).map(str::trim).filter(|pair| !pair.is_empty());
        let ring: Vec<(f64, f64)> = pairs
            .map(|pair| {
                let mut numbers =
                    pair.trim_matches(['(', ')', '[', ']', '（', '）']).split([',', '，', ' ', '\t']).filter(|n| !n.is_empty());
                let (x, y) = (numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?);
                numbers.next().is_none().then_some((x, y))
            })
            .collect::<Option<_>>()?;
        if ring.len() < 3 || ring.iter().any(|(x, y): &(f64, f64)| !x.is_finite() || !y.is_finite()) {
            return None;
        }
        rings.push(ring);
    }
    (!rings.is_empty()).then_some(rings)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_of_geometry_is_known_by_its_form() {
        for (cell, expected) in [
            ("POLYGON ((0 0,1 0,1 1,0 0))", Some(Notation::Text)),
            ("SRID=4549;multipolygon Z(((0 0 1,1 0 1,1 1 1,0 0 1)))", Some(Notation::Text)),
            ("POINT EMPTY", Some(Notation::Text)),
            ("Polygonal Street 5", None),
            ("0103000020E610000001000000", Some(Notation::Hex)),
            ("330402001002GB00012", None),
            ("330402001002000001", None),
            ("120.1,30.2;120.3,30.2;120.3,30.4", Some(Notation::Corners)),
            ("（120.1，30.2）；（120.3，30.2）；（120.3，30.4）", Some(Notation::Corners)),
            ("1.1,2.2;3.3,4.4", None),
            ("嘉兴市南湖区", None),
            ("", None),
        ] {
            assert_eq!(notation(cell), expected, "{cell}");
        }
    }

    #[test]
    fn the_srid_is_read_where_it_stands() {
        assert_eq!(srid("SRID=4549;POLYGON((0 0,1 0,1 1,0 0))"), Some(4549));
        assert_eq!(srid("0103000020E610000001000000"), Some(4326));
        assert_eq!(srid("010300000001000000000000000000"), None);
        assert_eq!(srid("POLYGON((0 0,1 0,1 1,0 0))"), None);
    }

    #[test]
    fn the_same_square_is_read_in_every_notation() {
        let square = "POLYGON((0 0,1 0,1 1,0 1,0 0))";
        let (Shape::Polygons { wkb, .. }, None) = shape(square, Notation::Text) else { panic!() };
        let hex: String = wkb.iter().map(|byte| format!("{byte:02X}")).collect();
        let ewkb = format!("0103000020CD110000{}", &hex[10..]);
        let area = |(shape, _): (Shape, Option<f64>)| match shape {
            Shape::Polygons { wkb, .. } => Geometry::from_wkb(&wkb).unwrap().area(),
            other => panic!("{other:?}"),
        };
        assert_eq!(area(shape(&format!("SRID=4549;{square}"), Notation::Text)), 1.0);
        assert_eq!(area(shape(&hex, Notation::Hex)), 1.0);
        assert_eq!(area(shape(&ewkb, Notation::Hex)), 1.0);
        assert_eq!(area(shape("0,0;1,0;1,1;0,1", Notation::Corners)), 1.0);
        assert_eq!(area(shape("0,0;4,0;4,4;0,4|1,1;2,1;2,2;1,2", Notation::Corners)), 15.0);
        assert!(matches!(shape("POLYGON((0 0,1", Notation::Text).0, Shape::Faulty(IssueCode::ShapeUnreadable, _)));
        assert_eq!(shape("POINT(1 2)", Notation::Text).0, Shape::Other("POINT".to_owned()));
    }
}
