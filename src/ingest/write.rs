//! Writers of the files an office exchanges: Shapefile, GeoPackage and GeoJSON through GDAL, XLSX through rust_xlsxwriter, CSV.
//! Rows go in as plain values and finished geometry; nothing is reprojected, repaired, rounded or looked up here.
//! Nothing here asks the clock: dates that a format insists on (DBF header, GeoPackage, XLSX) are given by the caller,
//! so that the same rows give the same bytes.

mod quarantine;
mod table;
mod vector;
mod workbook;

use std::path::PathBuf;

use chrono::NaiveDate;

pub(super) use quarantine::is_ours;
pub use quarantine::{QuarantineFormat, QuarantineSpec, QuarantineWriter, QuarantinedRow};
pub use table::{CsvEncoding, CsvWriter};
pub use vector::{DbfEncoding, LayerSpec, SideFile, VectorFormat, VectorWriter};
pub use workbook::{WorkbookSpec, WorkbookWriter, XLSX_MAX_ROWS};

/// 字段。A column of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field<'n> {
    /// Column name as it stands in the file; at most 10 bytes of ASCII for a Shapefile.
    pub name: &'n str,
    /// What the column holds.
    pub kind: FieldKind,
}

impl<'n> Field<'n> {
    /// Text of at most `width` bytes in the encoding of the file (the limit binds in a Shapefile only).
    pub const fn text(name: &'n str, width: u8) -> Field<'n> {
        Field { name, kind: FieldKind::Text { width } }
    }

    /// Text of any length; not for a Shapefile.
    pub const fn long_text(name: &'n str) -> Field<'n> {
        Field { name, kind: FieldKind::LongText }
    }

    /// A whole number.
    pub const fn integer(name: &'n str) -> Field<'n> {
        Field { name, kind: FieldKind::Integer }
    }

    /// A decimal number shown with `decimals` places.
    pub const fn decimal(name: &'n str, decimals: u8) -> Field<'n> {
        Field { name, kind: FieldKind::Decimal { decimals } }
    }

    /// A calendar date.
    pub const fn date(name: &'n str) -> Field<'n> {
        Field { name, kind: FieldKind::Date }
    }
}

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldKind {
    /// Text; `width` in bytes of the file's encoding.
    Text {
        /// Greatest length in bytes.
        width: u8,
    },
    /// Text of any length.
    LongText,
    /// Whole number.
    Integer,
    /// Decimal number.
    Decimal {
        /// Places after the point.
        decimals: u8,
    },
    /// Calendar date.
    Date,
}

/// One cell. A value of another kind than its column is allowed in a workbook (real offices do it), not in a vector layer.
#[derive(Clone, Debug, PartialEq, Default)]
pub enum Cell {
    /// Nothing was entered.
    #[default]
    Empty,
    /// Text.
    Text(String),
    /// Whole number.
    Integer(i64),
    /// Decimal number.
    Number(f64),
    /// Calendar date.
    Date(NaiveDate),
}

impl From<&str> for Cell {
    fn from(text: &str) -> Cell {
        Cell::Text(text.to_owned())
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Cell {
        Cell::Text(text)
    }
}

impl From<f64> for Cell {
    fn from(number: f64) -> Cell {
        Cell::Number(number)
    }
}

impl From<i64> for Cell {
    fn from(number: i64) -> Cell {
        Cell::Integer(number)
    }
}

impl From<NaiveDate> for Cell {
    fn from(date: NaiveDate) -> Cell {
        Cell::Date(date)
    }
}

impl<T: Into<Cell>> From<Option<T>> for Cell {
    fn from(value: Option<T>) -> Cell {
        value.map_or(Cell::Empty, Into::into)
    }
}

/// 写文件失败。A file could not be written; what is on the disk must be thrown away.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The format's driver is not part of this GDAL.
    #[error("本机的 GDAL 没有 {driver} 驱动，无法写出 {}；请安装完整的 libgdal", path.display())]
    DriverMissing {
        /// GDAL's name of the driver.
        driver: &'static str,
        /// The file wanted.
        path: PathBuf,
        /// What GDAL said.
        #[source]
        source: gdal::errors::GdalError,
    },
    /// The file or its layer could not be created.
    #[error("无法创建 {}；请检查文件夹是否存在、可写、磁盘是否已满", path.display())]
    Create {
        /// The file.
        path: PathBuf,
        /// What GDAL said.
        #[source]
        source: gdal::errors::GdalError,
    },
    /// A row could not be written.
    #[error("无法写入 {} 的第 {row} 行", path.display())]
    Row {
        /// The file.
        path: PathBuf,
        /// Row from 1.
        row: u64,
        /// What GDAL said.
        #[source]
        source: gdal::errors::GdalError,
    },
    /// A value does not fit its column.
    #[error("{} 第 {row} 行“{column}”的值 {found} 不能写入该列", path.display())]
    Value {
        /// The file.
        path: PathBuf,
        /// Row from 1.
        row: u64,
        /// Column name.
        column: String,
        /// The value, as text.
        found: String,
    },
    /// A row has more or fewer cells than the layer has columns.
    #[error("{} 第 {row} 行有 {found} 个值，应为 {expected} 个", path.display())]
    Width {
        /// The file.
        path: PathBuf,
        /// Row from 1.
        row: u64,
        /// Cells found.
        found: usize,
        /// Columns.
        expected: usize,
    },
    /// The file could not be completed.
    #[error("无法完成 {}；磁盘可能已满", path.display())]
    Finish {
        /// The file.
        path: PathBuf,
        /// What GDAL said.
        #[source]
        source: gdal::errors::GdalError,
    },
    /// A side file of a Shapefile could not be written or removed.
    #[error("无法处理 Shapefile 的附属文件 {}", path.display())]
    SideFile {
        /// The side file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// A workbook could not be built or saved.
    #[error("无法写出工作簿 {}", path.display())]
    Workbook {
        /// The file.
        path: PathBuf,
        /// What the writer said.
        #[source]
        source: Box<rust_xlsxwriter::XlsxError>,
    },
    /// A CSV table could not be written.
    #[error("无法写出 {}；磁盘可能已满", path.display())]
    Table {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// More rows than a worksheet can hold.
    #[error("工作表最多 {limit} 行，{} 超出；请分成几个文件", path.display())]
    TooManyRows {
        /// The file.
        path: PathBuf,
        /// Greatest number of data rows.
        limit: u32,
    },
}
