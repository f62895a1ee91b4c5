//! A file, opened: its columns, its declarations and its raw rows, whatever the format.
//!
//! Chooses the reader by content first and by extension second. It interprets nothing: cells and bytes only.
//! What is asked here is done in a process of its own ([`isolated`]), which comes back to `…_here`.

use std::{
    fs,
    io::Read,
    path::{Path, PathBuf},
};

use chrono::NaiveDate;

use serde::{Deserialize, Serialize};

use super::{
    IngestError, IngestIssue, IssueCode, Mapping, ReadOptions, archive::Archive, csv, digest, gdal_source, isolated, survey_text,
    workbook,
};

/// The largest re-encoded GeoJSON that is held in memory, bytes.
pub(super) const IN_MEMORY_LIMIT: u64 = 1 << 30;

/// The most columns a file may have. SQLite stops at two thousand, and no register has a hundred; beyond it a file is
/// mostly one whose separators were mistaken.
pub(super) const COLUMN_LIMIT: usize = 4096;

/// The longest text that is taken as a value, bytes. The longest field that an office fills is a remark of a page.
pub(super) const CELL_LIMIT: usize = 1 << 20;

/// The most vertices of one shape. The outline of the whole city has some tens of thousands.
pub(super) const VERTEX_LIMIT: usize = 2_000_000;

/// A cell as the reader gives it.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) enum Cell {
    /// Nothing, or SQL null.
    #[default]
    Empty,
    /// Text.
    Text(String),
    /// A number that the format knows to be one.
    Number(f64),
    /// A whole number.
    Whole(i64),
    /// A date.
    Date(NaiveDate),
}

impl Cell {
    /// The cell as text; empty for nothing.
    pub fn text(&self) -> std::borrow::Cow<'_, str> {
        match self {
            Cell::Empty => "".into(),
            Cell::Text(text) => text.as_str().into(),
            Cell::Number(number) => number.to_string().into(),
            Cell::Whole(number) => number.to_string().into(),
            Cell::Date(date) => date.to_string().into(),
        }
    }
}

/// The geometry of a row as the reader gives it.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Shape {
    /// The layer has no geometry.
    Absent,
    /// Null or empty.
    Missing,
    /// Polygons as WKB.
    Polygons {
        /// OGC WKB of a Polygon or MultiPolygon.
        wkb: Vec<u8>,
        /// Whether heights or measures were dropped.
        had_heights: bool,
        /// Whether points or lines of a collection were left out.
        had_other_parts: bool,
    },
    /// Another sort of geometry, by its name.
    Other(String),
    /// A geometry that its reader cannot hand on, and why, in Chinese.
    Faulty(IssueCode, String),
}

/// A row as the reader gives it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct RawRow {
    /// Row of the file, from 1.
    pub number: i32,
    /// One cell a column.
    pub cells: Vec<Cell>,
    /// Its geometry.
    pub shape: Shape,
}

/// What the file says of its CRS.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) enum DeclaredCrs {
    /// Nothing, or there is no geometry.
    Missing,
    /// An EPSG code, and the name in the file.
    Known(u32, String),
    /// A system without a code.
    Unknown(String),
    /// A system that needs local parameters.
    Refused(String),
}

impl RawRow {
    /// Bytes of its texts and its geometry.
    pub fn weight(&self) -> usize {
        let texts: usize = self.cells.iter().map(|cell| if let Cell::Text(text) = cell { text.len() } else { 0 }).sum();
        texts + if let Shape::Polygons { wkb, .. } = &self.shape { wkb.len() } else { 0 }
    }
}

/// Bytes of rows that a reader hands on at once; the row that passes it is still among them.
pub(super) const HANDED_ON: usize = 1 << 20;

/// The next rows, up to a number and a weight in bytes: many small ones, or few large ones.
pub(super) fn stretch(
    limit: usize,
    weight: usize,
    mut next: impl FnMut() -> Result<Option<RawRow>, IngestError>,
) -> Result<Vec<RawRow>, IngestError> {
    let (mut rows, mut so_far) = (Vec::new(), 0);
    while rows.len() < limit && so_far < weight {
        let Some(row) = next()? else { break };
        so_far += row.weight();
        rows.push(row);
    }
    Ok(rows)
}

/// Rows, a stretch at a time.
pub(super) trait Rows {
    /// At most `limit` further rows, fewer where they are heavy (see [`stretch`]); none at the end.
    fn next_rows(&mut self, limit: usize) -> Result<Vec<RawRow>, IngestError>;

    /// What the reader said on the side so far.
    fn warnings(&mut self) -> Vec<String> {
        Vec::new()
    }

    /// What the reader found in single rows, or in all of them, so far; complete when the rows are over.
    fn issues(&mut self) -> Vec<IngestIssue> {
        Vec::new()
    }
}

/// A layer or sheet, as a list of them shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LayerSummary {
    /// Its name.
    pub name: String,
    /// How many rows it says it has; none where counting would mean reading.
    pub rows: Option<u64>,
    /// 面、线、点、混合 or 无图形; none where it is not known.
    pub geometry: Option<String>,
}

impl std::fmt::Display for LayerSummary {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.name)?;
        match (&self.geometry, self.rows) {
            (Some(geometry), Some(rows)) => write!(f, "（{geometry}，{rows} 行）"),
            (Some(geometry), None) => write!(f, "（{geometry}）"),
            (None, Some(rows)) => write!(f, "（{rows} 行）"),
            (None, None) => Ok(()),
        }
    }
}

/// A file, opened.
pub(super) struct Opened {
    /// The path as given, for messages.
    pub path: String,
    /// File name without folders.
    pub file_name: String,
    /// SHA-256 of the bytes.
    pub sha256: String,
    /// Layer or sheet.
    pub layer_name: Option<String>,
    /// Names of the columns.
    pub columns: Vec<String>,
    /// Encoding of the attributes.
    pub encoding: Option<String>,
    /// Whether the layer has geometry.
    pub has_geometry: bool,
    /// Whether the format cuts the names of columns.
    pub cuts_names: bool,
    /// What it says of its CRS.
    pub crs: DeclaredCrs,
    /// How many rows it says it has.
    pub claimed_rows: Option<u64>,
    /// What is worth knowing before the first row.
    pub issues: Vec<IngestIssue>,
    /// The rows.
    pub rows: Box<dyn Rows>,
}

/// What to read of a file, besides its bytes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Request<'a> {
    /// Layer or sheet.
    pub layer: Option<&'a str>,
    /// Encoding that the mapping demands.
    pub encoding: Option<&'static encoding_rs::Encoding>,
}

impl<'a> Request<'a> {
    /// What the operator and a mapping ask of the mapping's own file.
    pub fn of(mapping: &'a Mapping, options: &'a ReadOptions) -> Request<'a> {
        Request { layer: options.layer.as_deref().or(mapping.layer.as_deref()), encoding: mapping.encoding }
    }
}

/// What a path leads to, once the plain faults are out of the way.
pub(super) struct Found {
    /// What is read: as given, or what was unpacked of it.
    pub path: PathBuf,
    /// As given, for messages.
    pub shown: String,
    /// As given, without folders.
    pub file_name: String,
    /// Extension in lower case, that of the packed file for `.gz`.
    pub extension: String,
    /// Whether it is packed by gzip.
    pub is_gzip: bool,
    /// First bytes, unpacked; none of a folder.
    pub start: Vec<u8>,
    /// What the digest is of, when that is not what is read.
    sent: Option<PathBuf>,
}

/// Opens a file by whichever reader fits it, in a process of its own.
pub(super) fn open(path: &Path, request: Request<'_>) -> Result<Opened, IngestError> {
    isolated::open(path, request)
}

/// The layers or sheets of a file, found in a process of its own.
pub(super) fn layers(path: &Path) -> Result<Vec<LayerSummary>, IngestError> {
    isolated::layers(path)
}

/// Opens a file in this process; archives are unpacked into `folder`.
pub(super) fn open_here(path: &Path, request: Request<'_>, folder: &Path) -> Result<Opened, IngestError> {
    let found = look(path)?;
    if !found.is_archive() {
        return open_found(found, request);
    }
    let mut archive = Archive::open(&found)?;
    // With one data set inside, the layer's name is for the layers of that one.
    let inner = if archive.sets().len() > 1 { Request { layer: None, ..request } } else { request };
    let chosen = match archive.choose(request.layer) {
        Some(chosen) => chosen,
        None => {
            let present = summaries(&found, &mut archive, folder)?;
            choose(&found.shown, request.layer, &present)?
        }
    };
    let unpacked = archive.unpack(chosen, folder)?;
    open_found(found.inside(unpacked)?, inner)
}

/// The layers or sheets of a file, found in this process.
pub(super) fn layers_here(path: &Path, folder: &Path) -> Result<Vec<LayerSummary>, IngestError> {
    let found = look(path)?;
    if !found.is_archive() {
        return layers_found(found);
    }
    let mut archive = Archive::open(&found)?;
    if archive.sets().len() == 1 {
        let unpacked = archive.unpack(0, folder)?;
        return layers_found(found.inside(unpacked)?);
    }
    summaries(&found, &mut archive, folder)
}

/// The data sets of an archive as layers: each with what is in it, if it can be told.
fn summaries(found: &Found, archive: &mut Archive, folder: &Path) -> Result<Vec<LayerSummary>, IngestError> {
    let names: Vec<String> = archive.sets().iter().map(|set| set.name.clone()).collect();
    let mut summaries = Vec::with_capacity(names.len());
    for (index, name) in names.into_iter().enumerate() {
        let within = match archive.unpack(index, folder) {
            Ok(unpacked) => found.inside(unpacked).and_then(layers_found).unwrap_or_default(),
            Err(_) => Vec::new(),
        };
        let only = match within.as_slice() {
            [only] => Some(only),
            _ => None,
        };
        summaries.push(LayerSummary {
            name,
            rows: only.and_then(|layer| layer.rows),
            geometry: only.and_then(|layer| layer.geometry.clone()),
        });
    }
    Ok(summaries)
}

/// Which reader a file is for.
enum Reader {
    Workbook,
    SurveyText,
    Table,
    Gdal,
}

fn reader(found: &Found) -> Reader {
    let is_zip = found.start.starts_with(b"PK\x03\x04");
    let is_ole = found.start.starts_with(b"\xd0\xcf\x11\xe0");
    match found.extension.as_str() {
        "xlsx" | "xlsm" | "xls" | "xlsb" | "ods" if is_zip || is_ole => Reader::Workbook,
        "txt" if survey_text::is_one(&found.start) => Reader::SurveyText,
        "csv" | "tsv" | "txt" => Reader::Table,
        _ => Reader::Gdal,
    }
}

fn open_found(found: Found, request: Request<'_>) -> Result<Opened, IngestError> {
    let opened = match reader(&found) {
        Reader::Workbook => workbook::open(found, request),
        Reader::SurveyText => survey_text::open(found, request),
        Reader::Table => csv::open(found, request),
        Reader::Gdal => gdal_source::open(found, request),
    }?;
    if opened.columns.len() > COLUMN_LIMIT {
        return Err(IngestError::TooManyColumns { path: opened.path, found: opened.columns.len(), limit: COLUMN_LIMIT });
    }
    Ok(opened)
}

fn layers_found(found: Found) -> Result<Vec<LayerSummary>, IngestError> {
    match reader(&found) {
        Reader::Workbook => workbook::layers(&found),
        Reader::SurveyText | Reader::Table => Ok(vec![LayerSummary { name: found.stem(), rows: None, geometry: None }]),
        Reader::Gdal => gdal_source::layers(&found),
    }
}

fn look(path: &Path) -> Result<Found, IngestError> {
    let shown = path.display().to_string();
    let unreadable = |source| IngestError::Unreadable { path: path.display().to_string(), source };
    let about = match fs::metadata(path) {
        Ok(about) => about,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Err(IngestError::FileNotFound { path: shown });
        }
        Err(error) => return Err(unreadable(error)),
    };
    let file_name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let lower = file_name.to_ascii_lowercase();
    if about.is_dir() && gdal_source::is_geodatabase(path) {
        let extension = "gdb".to_owned();
        return Ok(Found { path: path.to_owned(), shown, file_name, extension, is_gzip: false, start: Vec::new(), sent: None });
    }
    // A pipe or a device would be waited for without end.
    if !about.is_file() {
        return Err(IngestError::NotAFile { path: shown });
    }
    if about.len() == 0 {
        return Err(IngestError::EmptyFile { path: shown });
    }
    let mut start = first_bytes(fs::File::open(path).map_err(unreadable)?).map_err(unreadable)?;
    let is_gzip = start.starts_with(&[0x1f, 0x8b]);
    if is_gzip {
        let packed = fs::File::open(path).map_err(unreadable)?;
        // A packed file whose start cannot be unpacked is left to its reader to refuse.
        start = first_bytes(flate2::read::MultiGzDecoder::new(packed)).unwrap_or_default();
    }
    let inner = if is_gzip { lower.strip_suffix(".gz").unwrap_or(&lower) } else { &lower };
    let extension = inner.rsplit_once('.').map(|(_, extension)| extension.to_owned()).unwrap_or_default();
    Ok(Found { path: path.to_owned(), shown, file_name, extension, is_gzip, start, sent: None })
}

fn first_bytes(reader: impl Read) -> std::io::Result<Vec<u8>> {
    let mut start = Vec::with_capacity(512);
    reader.take(512).read_to_end(&mut start)?;
    Ok(start)
}

impl Found {
    /// SHA-256 of the one file.
    pub fn sha256(&self) -> Result<String, IngestError> {
        self.sha256_of(std::slice::from_ref(&self.path))
    }

    /// SHA-256 of these files, or of the archive that they came out of.
    pub fn sha256_of(&self, files: &[PathBuf]) -> Result<String, IngestError> {
        digest::sha256_of(self.sent.as_ref().map_or(files, std::slice::from_ref))
    }

    /// File name without extension.
    pub fn stem(&self) -> String {
        Path::new(&self.file_name).file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default()
    }

    /// Whether it holds other files: a zip that is not a workbook.
    fn is_archive(&self) -> bool {
        self.start.starts_with(b"PK\x03\x04") && !matches!(reader(self), Reader::Workbook)
    }

    /// What was unpacked of this archive, in its place.
    fn inside(&self, unpacked: PathBuf) -> Result<Found, IngestError> {
        let inner = match look(&unpacked) {
            Ok(inner) => inner,
            // The place in which it was unpacked means nothing to anyone.
            Err(IngestError::EmptyFile { .. }) => return Err(IngestError::EmptyFile { path: self.shown.clone() }),
            Err(other) => return Err(other),
        };
        Ok(Found { shown: self.shown.clone(), file_name: self.file_name.clone(), sent: Some(self.path.clone()), ..inner })
    }

    /// The content, unpacked.
    pub fn reader(&self) -> Result<Box<dyn Read>, IngestError> {
        let file = fs::File::open(&self.path).map_err(|source| self.unreadable(source))?;
        Ok(if self.is_gzip { Box::new(flate2::read::MultiGzDecoder::new(file)) } else { Box::new(file) })
    }

    /// The content, unpacked, in memory.
    pub fn bytes(&self) -> Result<Vec<u8>, IngestError> {
        let mut bytes = Vec::new();
        self.reader()?.take(IN_MEMORY_LIMIT + 1).read_to_end(&mut bytes).map_err(|source| self.unreadable(source))?;
        if bytes.len() as u64 > IN_MEMORY_LIMIT {
            return Err(IngestError::TooLarge { path: self.shown.clone(), limit_mib: IN_MEMORY_LIMIT >> 20 });
        }
        Ok(bytes)
    }

    /// The system's refusal, as a fault of this file.
    pub fn unreadable(&self, source: std::io::Error) -> IngestError {
        IngestError::Unreadable { path: self.shown.clone(), source }
    }
}

/// Rows that are already in memory.
pub(super) struct Held(std::vec::IntoIter<RawRow>);

impl Held {
    /// Takes the rows.
    pub fn new(rows: Vec<RawRow>) -> Held {
        Held(rows.into_iter())
    }
}

impl Rows for Held {
    fn next_rows(&mut self, limit: usize) -> Result<Vec<RawRow>, IngestError> {
        stretch(limit, HANDED_ON, || Ok(self.0.next()))
    }
}

/// Chooses the layer or sheet: the one asked for, else the only one, else the only one that has rows (a KMZ has a folder round its
/// layers that counts as an empty one).
pub(super) fn choose(shown: &str, wanted: Option<&str>, present: &[LayerSummary]) -> Result<usize, IngestError> {
    match (wanted, present) {
        (_, []) => Err(IngestError::NoLayer { path: shown.to_owned() }),
        (Some(wanted), present) => present.iter().position(|layer| layer.name == wanted).ok_or_else(|| {
            IngestError::LayerNotFound { path: shown.to_owned(), wanted: wanted.to_owned(), present: present.to_vec() }
        }),
        (None, [_]) => Ok(0),
        (None, present) => {
            let mut with_rows = (0..present.len()).filter(|at| present[*at].rows != Some(0));
            match (with_rows.next(), with_rows.next()) {
                (Some(only), None) => Ok(only),
                _ => Err(IngestError::SeveralLayers { path: shown.to_owned(), present: present.to_vec() }),
            }
        }
    }
}

/// Row numbers are 32 bits wide in the register.
pub(super) fn row_number(shown: &str, index: usize) -> Result<i32, IngestError> {
    i32::try_from(index + 1).map_err(|_| IngestError::TooManyRows { path: shown.to_owned(), limit: i32::MAX })
}
