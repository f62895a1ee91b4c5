//! Files that GDAL reads: Shapefile (loose or zipped), GeoPackage, GeoJSON (also one feature a line), FlatGeobuf, KML.
//!
//! Only these drivers are allowed to look at a file: GDAL has others that would follow references out of it.
//! Attribute bytes of a Shapefile are asked for as Latin-1, which loses nothing, and decoded here.

mod archive;
mod arcs;
mod capture;
mod shape;

use std::{
    path::{Path, PathBuf},
    sync::atomic::{AtomicU64, Ordering},
};

use encoding_rs::Encoding;
use gdal::{
    Dataset, DatasetOptions, GdalOpenFlags, Metadata,
    vector::{Feature, FieldValue, LayerAccess, OGRFieldType, OGRwkbGeometryType, OwnedFeatureIterator},
};

use super::{
    IngestError, IngestIssue, IssueCode, crs, digest, encoding,
    source::{Cell, DeclaredCrs, Found, Opened, RawRow, Request, Rows, choose, row_number},
};

/// How many cells with other than ASCII characters are looked at to find the encoding of a Shapefile.
const ENCODING_SAMPLES: usize = 500;

/// What GDAL is to open.
struct Target {
    /// GDAL's own name of the file, with its virtual folders.
    name: PathBuf,
    driver: &'static str,
    /// The table of a Shapefile, whose bytes say the encoding.
    table: Option<PathBuf>,
    /// Files that the digest covers.
    digested: Vec<PathBuf>,
    /// A file in GDAL's memory that must be let go of at the end.
    memory: Option<MemoryFile>,
    issues: Vec<IngestIssue>,
    /// Encoding that the file as a whole was changed from.
    encoding: Option<&'static Encoding>,
}

/// Opens a file through GDAL.
pub(super) fn open(found: Found, request: Request<'_>) -> Result<Opened, IngestError> {
    capture::install();
    let target = target(&found, request)?;
    let raw_bytes = target.driver == "ESRI Shapefile";
    let dataset = dataset(&target.name, target.driver, raw_bytes).map_err(|detail| unknown(&found, detail))?;
    let layers: Vec<String> = dataset.layers().map(|layer| layer.name()).collect();
    // A Shapefile has one layer, named after its file; a mapping's layer name is for files that hold several.
    let wanted = request.layer.filter(|_| !raw_bytes);
    let chosen = choose(&found.shown, wanted, &layers)?;
    let mut issues = target.issues;
    if layers.len() > 1 {
        let others: Vec<&str> = layers.iter().filter(|name| **name != layers[chosen]).map(String::as_str).collect();
        let message = format!("只读取图层“{}”；另有 {} 个图层未读取：{}", layers[chosen], others.len(), others.join("、"));
        issues.push(IngestIssue::new(IssueCode::OtherLayers, message));
    }
    let layer = dataset.into_layer(chosen).map_err(|source| reading(&found, source))?;
    let decision = match &target.table {
        Some(table) => {
            let hints = encoding::Hints {
                cpg: layer.metadata_item("CPG_VALUE", "SHAPEFILE"),
                language: layer.metadata_item("LDID_VALUE", "SHAPEFILE").and_then(|value| value.trim().parse().ok()),
            };
            let samples = samples(table).map_err(|detail| unknown(&found, detail))?;
            let decision = encoding::decide(request.encoding, &hints, &samples);
            if let Some(note) = &decision.note {
                issues.push(IngestIssue::new(IssueCode::EncodingSniffed, note.clone()));
            }
            Some(decision.encoding)
        }
        None => None,
    };
    let types = layer.defn().fields().map(|field| field.field_type()).collect();
    let columns: Vec<String> = layer.defn().fields().map(|field| decoded(decision, field.name())).collect();
    let has_geometry = layer.defn().geometry_type() != OGRwkbGeometryType::wkbNone;
    let declared = if has_geometry { crs::declared(layer.spatial_ref()) } else { DeclaredCrs::Missing };
    Ok(Opened {
        sha256: digest::sha256_of(&target.digested)?,
        path: found.shown.clone(),
        file_name: found.file_name,
        layer_name: Some(layers[chosen].clone()),
        encoding: decision.or(target.encoding).map(encoding::name).or_else(|| Some("UTF-8".to_owned())),
        has_geometry,
        cuts_names: raw_bytes,
        crs: declared,
        claimed_rows: layer.try_feature_count(),
        issues,
        rows: Box::new(Features {
            shown: found.shown,
            types,
            read: 0,
            decode: decision,
            warnings: Vec::new(),
            features: layer.owned_features(),
            _memory: target.memory,
        }),
        columns,
    })
}

fn target(found: &Found, request: Request<'_>) -> Result<Target, IngestError> {
    let plain = |driver| Target {
        name: found.path.clone(),
        driver,
        table: None,
        digested: vec![found.path.clone()],
        memory: None,
        issues: Vec::new(),
        encoding: None,
    };
    if found.start.starts_with(b"PK\x03\x04") {
        return archive::target(found, request);
    }
    if ["shp", "dbf", "shx", "prj", "cpg"].contains(&found.extension.as_str()) && !found.is_gzip {
        return shapefile(found);
    }
    if found.start.starts_with(b"SQLite format 3\0") {
        return Ok(plain("GPKG"));
    }
    if found.start.starts_with(b"fgb") {
        return Ok(plain("FlatGeobuf"));
    }
    let text = String::from_utf8_lossy(&found.start);
    let text = text.trim_start_matches(['\u{feff}', ' ', '\n', '\r', '\t']);
    if text.starts_with(['{', '[']) {
        return geojson(found);
    }
    if found.extension == "kml" || text.contains("<kml") {
        return Ok(Target { name: packed_name(found), ..plain("KML") });
    }
    Err(unknown(found, String::new()))
}

/// GDAL's virtual folders want absolute paths.
fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

/// GDAL's name of a file that may be packed by gzip.
fn packed_name(found: &Found) -> PathBuf {
    if found.is_gzip { PathBuf::from(format!("/vsigzip/{}", absolute(&found.path).display())) } else { found.path.clone() }
}

/// GeoJSON must be UTF-8; what is not is decoded in memory.
fn geojson(found: &Found) -> Result<Target, IngestError> {
    let is_utf8 = digest::is_utf8(found.reader()?).map_err(|source| found.unreadable(source))?;
    let starts_with_mark = found.start.starts_with(b"\xef\xbb\xbf");
    let mut target = Target {
        name: packed_name(found),
        driver: "GeoJSON",
        table: None,
        digested: vec![found.path.clone()],
        memory: None,
        issues: Vec::new(),
        encoding: None,
    };
    let is_bare_array = String::from_utf8_lossy(&found.start).trim_start_matches('\u{feff}').trim_start().starts_with('[');
    if !is_utf8 || starts_with_mark || is_bare_array {
        let bytes = found.bytes()?;
        let (text, decision) = encoding::decode_file(None, &bytes);
        // Some programs write the features without the collection round them; GDAL wants it.
        let text =
            if is_bare_array { format!("{{\"type\":\"FeatureCollection\",\"features\":{text}}}") } else { text.into_owned() };
        let memory = MemoryFile::new(&found.file_name, text.into_bytes()).map_err(|source| reading(found, source))?;
        target.name = memory.0.clone();
        target.memory = Some(memory);
        target.encoding = Some(decision.encoding);
        if let Some(note) = decision.note {
            target.issues.push(IngestIssue::new(IssueCode::EncodingSniffed, note));
        }
    }
    Ok(target)
}

/// A loose Shapefile, named by any of its parts.
fn shapefile(found: &Found) -> Result<Target, IngestError> {
    let part = |extension: &str| {
        [extension.to_owned(), extension.to_ascii_uppercase()]
            .iter()
            .map(|extension| found.path.with_extension(extension))
            .find(|path| path.is_file())
    };
    let missing = |part: &str| IngestError::MissingPart { path: found.shown.clone(), part: part.to_owned() };
    let Some(shapes) = part("shp") else {
        // A table alone can still be a register without ground.
        let table = if found.extension == "dbf" { part("dbf") } else { None };
        let table = table.ok_or_else(|| missing(".shp"))?;
        return Ok(shapefile_target(table.clone(), table.clone(), vec![table]));
    };
    let table = part("dbf").ok_or_else(|| missing(".dbf"))?;
    let index = part("shx").ok_or_else(|| missing(".shx"))?;
    let mut digested = vec![shapes.clone(), table.clone(), index];
    digested.extend([part("prj"), part("cpg")].into_iter().flatten());
    Ok(shapefile_target(shapes, table, digested))
}

fn shapefile_target(name: PathBuf, table: PathBuf, digested: Vec<PathBuf>) -> Target {
    Target { name, driver: "ESRI Shapefile", table: Some(table), digested, memory: None, issues: Vec::new(), encoding: None }
}

fn dataset(name: &Path, driver: &str, raw_bytes: bool) -> Result<Dataset, String> {
    capture::take();
    let options = DatasetOptions {
        open_flags: GdalOpenFlags::GDAL_OF_VECTOR | GdalOpenFlags::GDAL_OF_VERBOSE_ERROR,
        allowed_drivers: Some(if driver == "GeoJSON" { &["GeoJSON", "GeoJSONSeq"] } else { std::slice::from_ref(&driver) }),
        open_options: raw_bytes.then_some(&["ENCODING=ISO-8859-1"][..]),
        sibling_files: None,
    };
    Dataset::open_ex(name, options).map_err(|_| capture::said())
}

/// Cells of a DBF table that are not ASCII, as bytes.
fn samples(table: &Path) -> Result<Vec<Vec<u8>>, String> {
    let dataset = dataset(table, "ESRI Shapefile", true)?;
    let mut found = Vec::new();
    let mut layer = dataset.layer(0).map_err(|_| capture::said())?;
    let mut texts = Vec::new();
    for (index, field) in layer.defn().fields().enumerate() {
        if !field.name().is_ascii() {
            found.extend(latin1_bytes(&field.name()));
        }
        if field.field_type() == OGRFieldType::OFTString {
            texts.push(index);
        }
    }
    for feature in layer.features() {
        for index in &texts {
            if let Ok(Some(text)) = feature.field_as_string(*index)
                && !text.is_ascii()
            {
                found.extend(latin1_bytes(&text));
            }
        }
        if found.len() >= ENCODING_SAMPLES {
            break;
        }
    }
    Ok(found)
}

fn latin1_bytes(text: &str) -> Option<Vec<u8>> {
    text.chars().map(|c| u8::try_from(u32::from(c)).ok()).collect()
}

fn decoded(encoding: Option<&'static Encoding>, text: String) -> String {
    match encoding {
        Some(encoding) if !text.is_ascii() => latin1_bytes(&text).map_or(text, |bytes| encoding::decode(encoding, &bytes)),
        _ => text,
    }
}

struct Features {
    shown: String,
    types: Vec<OGRFieldType::Type>,
    read: usize,
    decode: Option<&'static Encoding>,
    warnings: Vec<String>,
    // Declared before the memory it reads from, so that it is let go of first.
    features: OwnedFeatureIterator,
    _memory: Option<MemoryFile>,
}

impl Rows for Features {
    fn next_rows(&mut self, limit: usize) -> Result<Vec<RawRow>, IngestError> {
        capture::take();
        let mut rows = Vec::with_capacity(limit.min(4096));
        for feature in (&mut self.features).take(limit) {
            let number = row_number(&self.shown, self.read)?;
            self.read += 1;
            let cells = self.types.iter().enumerate().map(|(index, kind)| cell(&feature, index, *kind, self.decode)).collect();
            rows.push(RawRow { number, cells, shape: shape::of(&feature) });
        }
        self.warnings.extend(capture::take());
        self.warnings.dedup();
        self.warnings.truncate(20);
        Ok(rows)
    }

    fn warnings(&mut self) -> Vec<String> {
        std::mem::take(&mut self.warnings)
    }
}

fn cell(feature: &Feature<'_>, index: usize, kind: OGRFieldType::Type, decode: Option<&'static Encoding>) -> Cell {
    use OGRFieldType as Kind;
    // Lists are asked for as text only: the binding reads an empty list through a null pointer.
    let value = match kind {
        Kind::OFTInteger | Kind::OFTInteger64 | Kind::OFTReal | Kind::OFTDate | Kind::OFTDateTime => {
            feature.field(index).ok().flatten()
        }
        _ => None,
    };
    // A property that a feature does not have at all is read as zero, and printed as nothing.
    let is_zero = match value {
        Some(FieldValue::RealValue(number)) => number == 0.0,
        Some(FieldValue::IntegerValue(number)) => number == 0,
        Some(FieldValue::Integer64Value(number)) => number == 0,
        _ => false,
    };
    if is_zero && feature.field_as_string(index).is_ok_and(|text| text.is_none_or(|text| text.is_empty())) {
        return Cell::Empty;
    }
    match value {
        Some(FieldValue::RealValue(number)) => Cell::Number(number),
        Some(FieldValue::IntegerValue(number)) => Cell::Whole(i64::from(number)),
        Some(FieldValue::Integer64Value(number)) => Cell::Whole(number),
        Some(FieldValue::DateValue(day)) => Cell::Date(day),
        Some(FieldValue::DateTimeValue(moment)) => Cell::Date(moment.date_naive()),
        // Everything else, and dates that are none, as GDAL prints it.
        _ => match feature.field_as_string(index) {
            Ok(Some(text)) if !text.is_empty() => Cell::Text(decoded(decode, text)),
            _ => Cell::Empty,
        },
    }
}

fn unknown(found: &Found, detail: String) -> IngestError {
    IngestError::UnknownFormat { path: found.shown.clone(), detail }
}

fn reading(found: &Found, source: gdal::errors::GdalError) -> IngestError {
    IngestError::Reading { path: found.shown.clone(), detail: capture::said(), source }
}

/// A file in GDAL's memory, let go of when dropped.
struct MemoryFile(PathBuf);

impl MemoryFile {
    fn new(name: &str, bytes: Vec<u8>) -> Result<MemoryFile, gdal::errors::GdalError> {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let stem = name.strip_suffix(".gz").unwrap_or(name);
        let path = PathBuf::from(format!("/vsimem/mujun-{}/{stem}", COUNT.fetch_add(1, Ordering::Relaxed)));
        gdal::vsi::create_mem_file(&path, bytes)?;
        Ok(MemoryFile(path))
    }
}

impl Drop for MemoryFile {
    fn drop(&mut self) {
        // Nothing can be done about a file that GDAL has already let go of.
        let _ = gdal::vsi::unlink_mem_file(&self.0);
    }
}
