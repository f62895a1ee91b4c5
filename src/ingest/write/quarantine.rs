//! 隔离行的文件。Rows that were set aside, as a file that can be mended and sent again: the columns and the coordinates in which they
//! came, and beside them the reason, its code and what to do.

use std::collections::BTreeSet;
use std::path::Path;

use chrono::NaiveDate;
use geo::MultiPolygon;
use mujun_geometry::{Crs, wkb};
use serde_json::{Map, Value};

use super::{Cell, Field, LayerSpec, VectorFormat, VectorWriter, WorkbookSpec, WorkbookWriter, WriteError};

/// The columns that are ours; a file that was mended and quarantined again has them already.
const OURS: [&str; 4] = ["原行号", "隔离代码", "隔离原因", "处理办法"];
/// The outline of a row in a workbook, which has no place for one.
const OUTLINE: &str = "原图形WKT";
/// Whether a column is one that we put beside those of the office.
pub(in crate::ingest) fn is_ours(column: &str) -> bool {
    OURS.contains(&column) || column == OUTLINE
}

/// Under which a raw row keeps its geometry.
const GEOMETRY: &str = "@wkb";
/// Characters that a cell of a workbook holds.
const LONGEST_CELL: usize = 32_767;

/// Format of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QuarantineFormat {
    /// GeoPackage，图形在内
    GeoPackage,
    /// Excel 工作簿，图形写成 WKT
    Workbook,
}

impl QuarantineFormat {
    /// Both.
    pub const ALL: [QuarantineFormat; 2] = [QuarantineFormat::GeoPackage, QuarantineFormat::Workbook];

    /// The word in addresses and on the command line, which is the extension of the file.
    pub fn as_str(self) -> &'static str {
        match self {
            QuarantineFormat::GeoPackage => "gpkg",
            QuarantineFormat::Workbook => "xlsx",
        }
    }

    /// Its media type.
    pub fn media_type(self) -> &'static str {
        match self {
            QuarantineFormat::GeoPackage => "application/geopackage+sqlite3",
            QuarantineFormat::Workbook => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        }
    }
}

/// What the file is called and made of.
#[derive(Clone, Debug)]
pub struct QuarantineSpec {
    /// Layer or sheet name.
    pub name: String,
    /// What the file holds and where it came from.
    pub description: String,
    /// The CRS in which the rows came; `None` for a table.
    pub crs: Option<Crs>,
    /// Names of the columns in which they came; ours and the geometry are left out.
    pub columns: Vec<String>,
    /// The day written where the format insists on one.
    pub dated: NaiveDate,
}

/// A row that was set aside.
#[derive(Clone, Debug, PartialEq)]
pub struct QuarantinedRow {
    /// 原行号，自 1 起。
    pub row_number: Option<i32>,
    /// 问题代码，几处以分号隔开。
    pub codes: String,
    /// 原因。
    pub reasons: String,
    /// 处理办法。
    pub remedies: String,
    /// The row as it came: column to value, and its geometry.
    pub raw: Map<String, Value>,
}

/// Writes rows that were set aside.
pub struct QuarantineWriter {
    columns: Vec<String>,
    crs: Crs,
    sink: Sink,
}

enum Sink {
    Vector(Box<VectorWriter>, NaiveDate),
    Workbook(Box<WorkbookWriter>),
}

impl QuarantineWriter {
    /// Starts the file.
    ///
    /// # Errors
    /// It cannot be made.
    pub fn create(path: &Path, format: QuarantineFormat, spec: &QuarantineSpec) -> Result<QuarantineWriter, WriteError> {
        let columns: Vec<String> =
            spec.columns.iter().filter(|name| name.as_str() != GEOMETRY && !is_ours(name)).cloned().collect();
        let shown = distinct(&columns);
        let crs = spec.crs.unwrap_or(Crs::CGCS2000);
        let sink = match format {
            QuarantineFormat::GeoPackage => {
                let ours =
                    OURS.into_iter().map(|name| if name == OURS[0] { Field::integer(name) } else { Field::long_text(name) });
                let fields: Vec<Field<'_>> = shown.iter().map(|name| Field::long_text(name)).chain(ours).collect();
                let layer =
                    LayerSpec { name: &spec.name, description: &spec.description, crs, fields: &fields, dated: spec.dated };
                let writer = VectorWriter::create(path, VectorFormat::GeoPackage, &layer)?;
                Sink::Vector(Box::new(writer), spec.dated)
            }
            QuarantineFormat::Workbook => {
                let headers: Vec<&str> = shown.iter().map(String::as_str).chain(OURS).chain([OUTLINE]).collect();
                let sheet = WorkbookSpec {
                    sheet: &spec.name,
                    headers: &headers,
                    title: &spec.name,
                    remark: &spec.description,
                    dated: spec.dated,
                };
                Sink::Workbook(Box::new(WorkbookWriter::create(path, &sheet)?))
            }
        };
        Ok(QuarantineWriter { columns, crs, sink })
    }

    /// Appends rows. An outline that is no sequence of polygons at all is left out, and the reason says so.
    ///
    /// # Errors
    /// They cannot be written.
    pub fn append(&mut self, rows: Vec<QuarantinedRow>) -> Result<(), WriteError> {
        let drawn: Vec<(QuarantinedRow, Option<MultiPolygon<f64>>)> = rows
            .into_iter()
            .map(|mut row| {
                let outline = match row.raw.get(GEOMETRY).and_then(Value::as_str).map(|hex| outline(hex, self.crs)) {
                    Some(Ok(outline)) => Some(outline),
                    Some(Err(what)) => {
                        row.reasons.push_str(&format!("；图形未能写出：{what}"));
                        None
                    }
                    None => None,
                };
                (row, outline)
            })
            .collect();
        match &mut self.sink {
            Sink::Vector(writer, _) => {
                let columns = &self.columns;
                writer.append(drawn.iter().map(|(row, outline)| (outline.as_ref(), cells(columns, row))))
            }
            Sink::Workbook(writer) => drawn.iter().try_for_each(|(row, outline)| {
                let mut cells = cells(&self.columns, row);
                cells.push(outline.as_ref().map_or(Cell::Empty, |outline| text(&outline_text(outline)).into()));
                writer.append(&cells)
            }),
        }
    }

    /// Completes the file; gives the number of rows.
    ///
    /// # Errors
    /// It cannot be completed.
    pub fn finish(self) -> Result<u64, WriteError> {
        match self.sink {
            Sink::Vector(writer, dated) => writer.finish(dated),
            Sink::Workbook(writer) => writer.finish().map(u64::from),
        }
    }
}

/// Names that no two columns share, whatever their case, and none of ours.
fn distinct(columns: &[String]) -> Vec<String> {
    let mut taken: BTreeSet<String> = OURS.iter().map(|name| (*name).to_owned()).collect();
    columns
        .iter()
        .enumerate()
        .map(|(place, name)| {
            let mut shown = if name.trim().is_empty() { format!("列{}", place + 1) } else { name.clone() };
            while !taken.insert(shown.to_lowercase()) {
                shown.push('_');
            }
            shown
        })
        .collect()
}

fn cells(columns: &[String], row: &QuarantinedRow) -> Vec<Cell> {
    let of = |name: &String| match row.raw.get(name) {
        None | Some(Value::Null) => Cell::Empty,
        Some(Value::String(value)) if value.is_empty() => Cell::Empty,
        Some(Value::String(value)) => text(value).into(),
        Some(other) => other.to_string().into(),
    };
    let mut cells: Vec<Cell> = columns.iter().map(of).collect();
    cells.push(row.row_number.map(i64::from).into());
    cells.extend([&row.codes, &row.reasons, &row.remedies].map(|value| Cell::from(text(value))));
    cells
}

/// As much of a text as a cell holds.
fn text(value: &str) -> String {
    super::super::issue::shortened(value, LONGEST_CELL - 1)
}

fn outline(hex: &str, crs: Crs) -> Result<MultiPolygon<f64>, String> {
    let digits = hex.as_bytes().chunks(2);
    let bytes: Option<Vec<u8>> =
        digits.map(|pair| std::str::from_utf8(pair).ok().and_then(|pair| u8::from_str_radix(pair, 16).ok())).collect();
    let bytes = bytes.ok_or_else(|| "不是十六进制数".to_owned())?;
    wkb::from_wkb(&bytes, crs).map_err(|fault| fault.to_string())
}

fn outline_text(outline: &MultiPolygon<f64>) -> String {
    let ring = |ring: &geo::LineString<f64>| {
        let points: Vec<String> = ring.0.iter().map(|point| format!("{} {}", point.x, point.y)).collect();
        format!("({})", points.join(", "))
    };
    let polygon = |polygon: &geo::Polygon<f64>| {
        let rings: Vec<String> = std::iter::once(polygon.exterior()).chain(polygon.interiors()).map(ring).collect();
        format!("({})", rings.join(", "))
    };
    format!("MULTIPOLYGON ({})", outline.0.iter().map(polygon).collect::<Vec<_>>().join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_that_differ_in_case_only_or_bear_our_names_stay_apart() {
        let names = ["MC", "mc", "", "隔离代码x"].map(str::to_owned);
        assert_eq!(distinct(&names), ["MC", "mc_", "列3", "隔离代码x"]);
    }

    #[test]
    fn an_outline_is_written_as_text() {
        let ring = |x: f64| geo::LineString::from(vec![(x, 0.0), (x + 1.5, 0.0), (x, 2.0), (x, 0.0)]);
        let outline = MultiPolygon(vec![geo::Polygon::new(ring(0.0), vec![ring(0.25)])]);
        assert_eq!(outline_text(&outline), "MULTIPOLYGON (((0 0, 1.5 0, 0 2, 0 0), (0.25 0, 1.75 0, 0.25 2, 0.25 0)))");
    }
}
