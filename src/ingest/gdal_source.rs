//! Files that GDAL reads: Shapefile, GeoPackage, FileGDB, GeoJSON (also one feature a line), FlatGeobuf, KML, GML, DXF,
//! MapInfo.
//!
//! Only these drivers are allowed to look at a file: GDAL has others that would follow references out of it.
//! Attribute bytes of a Shapefile or drawing are asked for as Latin-1, which loses nothing, and decoded here.

mod arcs;
mod capture;
mod drawing;
mod features;
mod shape;

use std::{
    fs,
    path::{Path, PathBuf},
    sync::atomic::{AtomicU64, Ordering},
};

use encoding_rs::Encoding;
use gdal::{
    Dataset, DatasetOptions, GdalOpenFlags, Metadata,
    vector::{LayerAccess, OGRFieldType, OGRwkbGeometryType, geometry_type_flatten},
};

use super::{
    IngestError, IngestIssue, IssueCode, crs, digest, encoding,
    error::ReaderSaid,
    source::{DeclaredCrs, Found, Held, LayerSummary, Opened, Request, Shape, choose},
};
pub(super) use drawing::trial as drawing_trial;
pub(super) use shape::{Chords, Unit};

/// How many cells with other than ASCII characters are looked at to find the encoding of a Shapefile.
const ENCODING_SAMPLES: usize = 500;

/// Up to this size the rows of a layer are counted for the list of layers even where that means reading, bytes.
const COUNTED: u64 = 64 << 20;

/// What GDAL is to open.
struct Target {
    /// GDAL's own name of the file, with its virtual folders.
    name: PathBuf,
    drivers: &'static [&'static str],
    options: &'static [&'static str],
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

const SHAPEFILE: &[&str] = &["ESRI Shapefile"];
/// Features in an array, one a line, and two dialects of it.
const GEOJSON: &[&str] = &["GeoJSON", "GeoJSONSeq", "ESRIJSON", "TopoJSON"];
/// The first knows schemas; the other opens what the first does not.
const KML: &[&str] = &["LIBKML", "KML"];
const DXF: &[&str] = &["DXF"];

/// Settings of GDAL that hold for every file.
const SETTINGS: [(&str, &str); 4] = [
    // Texts of drawings as single bytes, whatever the drawing claims.
    ("DXF_ENCODING", "ISO-8859-1"),
    // Named as the other driver names it.
    ("LIBKML_DESCRIPTION_FIELD", "Description"),
    // No schema is fetched from anywhere.
    ("GML_DOWNLOAD_WFS_SCHEMA", "NO"),
    ("GDAL_HTTP_MAX_RETRY", "0"),
];

/// Opens a file through GDAL.
pub(super) fn open(found: Found, request: Request<'_>) -> Result<Opened, IngestError> {
    let target = target(&found)?;
    let dataset = dataset(&target).map_err(|detail| unknown(&found, detail))?;
    if target.drivers == DXF {
        return open_drawing(found, target, &dataset, request);
    }
    let raw_bytes = target.drivers == SHAPEFILE;
    let present = summaries(&dataset, &found);
    // A Shapefile has one layer, named after its file; a mapping's layer name is for files that hold several.
    let wanted = request.layer.filter(|_| !raw_bytes);
    let chosen = choose(&found.shown, wanted, &present)?;
    let mut issues = target.issues;
    if present.len() > 1 {
        let others: Vec<String> =
            present.iter().enumerate().filter(|(index, _)| *index != chosen).map(|(_, layer)| layer.to_string()).collect();
        let message = format!("只读取图层“{}”；另有 {} 个图层未读取：{}", present[chosen].name, others.len(), others.join("、"));
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
    let types: Vec<OGRFieldType::Type> = layer.defn().fields().map(|field| field.field_type()).collect();
    let columns: Vec<String> = layer.defn().fields().map(|field| decoded(decision, field.name())).collect();
    let has_geometry = layer.defn().geometry_type() != OGRwkbGeometryType::wkbNone;
    let declared = if has_geometry { crs::declared(layer.spatial_ref()) } else { DeclaredCrs::Missing };
    let is_geographic = layer.spatial_ref().is_none_or(|reference| reference.is_geographic());
    let claimed_rows = layer.try_feature_count();
    Ok(Opened {
        sha256: found.sha256_of(&target.digested)?,
        path: found.shown.clone(),
        file_name: found.file_name,
        layer_name: Some(present[chosen].name.clone()),
        encoding: decision.or(target.encoding).map(encoding::name).or_else(|| Some("UTF-8".to_owned())),
        has_geometry,
        cuts_names: raw_bytes,
        crs: declared,
        claimed_rows,
        issues,
        rows: Box::new(features::Features {
            shown: found.shown,
            columns: columns.clone(),
            types,
            read: 0,
            decode: decision,
            warnings: Vec::new(),
            issues: Vec::new(),
            chords: Chords::default(),
            unit: if is_geographic { Unit::Degree } else { Unit::Metre },
            features: layer.owned_features(),
            _memory: target.memory,
        }),
        columns,
    })
}

fn open_drawing(found: Found, target: Target, dataset: &Dataset, request: Request<'_>) -> Result<Opened, IngestError> {
    let mut layer = dataset.layer(0).map_err(|source| reading(&found, source))?;
    let drawing = drawing::read(&found, &mut layer, request.encoding)?;
    let mut issues = drawing.issues;
    if let Some(note) = drawing.note {
        issues.push(IngestIssue::new(IssueCode::EncodingSniffed, note));
    }
    issues.extend(capture::take().into_iter().map(|warning| {
        IngestIssue::new(IssueCode::ReaderWarning, format!("读取程序提示：{}", super::issue::shortened(&warning, 300)))
    }));
    Ok(Opened {
        sha256: found.sha256_of(&target.digested)?,
        path: found.shown,
        file_name: found.file_name,
        layer_name: None,
        columns: drawing.columns,
        encoding: Some(encoding::name(drawing.encoding)),
        has_geometry: true,
        cuts_names: false,
        // A drawing declares no system.
        crs: DeclaredCrs::Missing,
        claimed_rows: None,
        issues,
        rows: Box::new(Held::new(drawing.rows)),
    })
}

/// The layers of a file.
pub(super) fn layers(found: &Found) -> Result<Vec<LayerSummary>, IngestError> {
    let target = target(found)?;
    let dataset = dataset(&target).map_err(|detail| unknown(found, detail))?;
    Ok(summaries(&dataset, found))
}

fn summaries(dataset: &Dataset, found: &Found) -> Vec<LayerSummary> {
    let is_small = fs::metadata(&found.path).is_ok_and(|about| about.len() <= COUNTED);
    let several = dataset.layer_count() > 1;
    dataset
        .layers()
        .map(|layer| {
            // Some formats count by reading the whole layer; a count made up by a broken file is none.
            let rows = layer.try_feature_count().or_else(|| (several && is_small).then(|| layer.feature_count()));
            LayerSummary {
                name: layer.name(),
                rows: rows.filter(|rows| i64::try_from(*rows).is_ok()),
                geometry: Some(sort_of(layer.defn().geometry_type()).to_owned()),
            }
        })
        .collect()
}

fn sort_of(kind: OGRwkbGeometryType::Type) -> &'static str {
    use OGRwkbGeometryType as Kind;
    match geometry_type_flatten(kind) {
        Kind::wkbPolygon | Kind::wkbMultiPolygon | Kind::wkbCurvePolygon | Kind::wkbMultiSurface => "面",
        Kind::wkbLineString | Kind::wkbMultiLineString | Kind::wkbCompoundCurve | Kind::wkbMultiCurve => "线",
        Kind::wkbPoint | Kind::wkbMultiPoint => "点",
        Kind::wkbNone => "无图形",
        _ => "混合",
    }
}

/// Keeps what GDAL says from being printed.
pub(super) fn listen() {
    capture::install();
}

/// A geometry as a shape, with how far chords lie from the arcs that they were put for.
pub(super) fn shape_of(geometry: &gdal::vector::Geometry) -> (Shape, Option<f64>) {
    shape::convert(geometry)
}

/// Whether a folder is a FileGDB.
pub(super) fn is_geodatabase(folder: &Path) -> bool {
    let is_table = |entry: fs::DirEntry| entry.path().extension().is_some_and(|found| found.eq_ignore_ascii_case("gdbtable"));
    fs::read_dir(folder).is_ok_and(|mut entries| entries.any(|entry| entry.is_ok_and(is_table)))
}

fn target(found: &Found) -> Result<Target, IngestError> {
    let plain = |drivers| Target {
        name: found.path.clone(),
        drivers,
        options: &[],
        table: None,
        digested: vec![found.path.clone()],
        memory: None,
        issues: Vec::new(),
        encoding: None,
    };
    if found.extension == "gdb" && found.start.is_empty() {
        return Ok(Target { digested: digest::files_of(&found.path)?, ..plain(&["OpenFileGDB"]) });
    }
    if ["shp", "dbf", "shx", "prj", "cpg"].contains(&found.extension.as_str()) && !found.is_gzip {
        return shapefile(found);
    }
    if ["tab", "dat", "map", "id", "mif", "mid"].contains(&found.extension.as_str()) && !found.is_gzip {
        return mapinfo(found);
    }
    if found.start.starts_with(b"SQLite format 3\0") {
        return Ok(plain(&["GPKG"]));
    }
    if found.start.starts_with(b"fgb") {
        return Ok(plain(&["FlatGeobuf"]));
    }
    if let Some(advice) = advice(&found.start) {
        return Err(unknown(found, advice.to_owned()));
    }
    let text = String::from_utf8_lossy(&found.start);
    let text = text.trim_start_matches(['\u{feff}', ' ', '\n', '\r', '\t']);
    // What follows are formats of text, some of them read as a whole: nothing with a zero in it is one. (GeoJSON may come
    // in UTF-16, and is known by its first character.)
    if found.start.contains(&0) && !text.starts_with(['{', '[', '\u{fffd}']) {
        return Err(unknown(found, String::new()));
    }
    // Features one a line may each begin with the mark of a record (RFC 8142).
    if text.starts_with(['{', '[', '\u{1e}']) {
        return geojson(found);
    }
    if found.extension == "kml" || text.contains("<kml") {
        return Ok(Target { name: packed_name(found), ..plain(KML) });
    }
    if found.extension == "gml" || text.contains("opengis.net/gml") {
        // Nothing is written beside the file that was sent.
        return Ok(Target { name: packed_name(found), options: &["WRITE_GFS=NO"], ..plain(&["GML"]) });
    }
    if found.extension == "dxf" || is_drawing(text) {
        return Ok(Target { name: packed_name(found), ..plain(DXF) });
    }
    Err(unknown(found, String::new()))
}

/// What to do with formats that are known and not read.
fn advice(start: &[u8]) -> Option<&'static str> {
    let known: [(&[u8], &str); 7] = [
        (b"AC10", "这是 DWG 图形文件。请在制图软件中另存为 DXF 后报送"),
        (b"AutoCAD Binary DXF", "这是二进制 DXF。请另存为文本（ASCII）DXF 后报送"),
        (b"Rar!", "这是 RAR 压缩包。请解开后重新打成 .zip"),
        (b"7z\xbc\xaf\x27\x1c", "这是 7z 压缩包。请解开后重新打成 .zip"),
        (b"%PDF", "这是 PDF。请提供矢量数据文件"),
        (b"\0\x01\0\0Standard Jet DB", "这是 Access（个人地理数据库 .mdb）。请导出为 FileGDB 或 GeoPackage 后报送"),
        (b"\xd0\xcf\x11\xe0", "这是旧式 Office 文件。表格请用 .xls 或 .xlsx 作扩展名"),
    ];
    known.iter().find(|(mark, _)| start.starts_with(mark)).map(|(_, advice)| *advice)
}

/// Whether a text begins as a drawing: a group code, then a section or a remark.
fn is_drawing(text: &str) -> bool {
    let mut lines = text.lines().map(str::trim);
    matches!((lines.next(), lines.next()), (Some("0"), Some("SECTION")) | (Some("999"), Some(_)))
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
        drivers: GEOJSON,
        options: &[],
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

/// The file beside `found` with this extension, in small or capital letters.
fn part(found: &Found, extension: &str) -> Option<PathBuf> {
    [extension.to_owned(), extension.to_ascii_uppercase()]
        .iter()
        .map(|extension| found.path.with_extension(extension))
        .find(|path| path.is_file())
}

fn missing(found: &Found, part: &str) -> IngestError {
    IngestError::MissingPart { path: found.shown.clone(), part: part.to_owned() }
}

/// A Shapefile, named by any of its parts.
fn shapefile(found: &Found) -> Result<Target, IngestError> {
    let target = |name: PathBuf, table: PathBuf, digested| Target {
        name,
        drivers: SHAPEFILE,
        options: &["ENCODING=ISO-8859-1"],
        table: Some(table),
        digested,
        memory: None,
        issues: Vec::new(),
        encoding: None,
    };
    let part = |extension| part(found, extension);
    let Some(shapes) = part("shp") else {
        // A table alone can still be a register without ground.
        let table = if found.extension == "dbf" { part("dbf") } else { None };
        let table = table.ok_or_else(|| missing(found, ".shp"))?;
        return Ok(target(table.clone(), table.clone(), vec![table]));
    };
    let table = part("dbf").ok_or_else(|| missing(found, ".dbf"))?;
    let index = part("shx").ok_or_else(|| missing(found, ".shx"))?;
    let mut digested = vec![shapes.clone(), table.clone(), index];
    digested.extend([part("prj"), part("cpg")].into_iter().flatten());
    Ok(target(shapes, table, digested))
}

/// A MapInfo table, named by any of its parts.
fn mapinfo(found: &Found) -> Result<Target, IngestError> {
    let is_text = ["mif", "mid"].contains(&found.extension.as_str());
    let main = if is_text { "mif" } else { "tab" };
    let name = part(found, main).ok_or_else(|| missing(found, &format!(".{main}")))?;
    if !is_text {
        let text = fs::read(&name).map_err(|source| found.unreadable(source))?;
        let text = String::from_utf8_lossy(&text[..text.len().min(1 << 16)]).to_ascii_lowercase();
        // Such a table is a view of others and names their files, which may lie anywhere.
        if text.contains("create view") || text.contains("isseamless") || text.contains("open table") {
            return Err(unknown(found, "这是引用其他表的 MapInfo 视图或无缝图层。请另存为独立的表后报送".to_owned()));
        }
    }
    let others: &[&str] = if is_text { &["mid"] } else { &["dat", "map", "id", "ind"] };
    let mut digested = vec![name.clone()];
    digested.extend(others.iter().filter_map(|extension| part(found, extension)));
    Ok(Target {
        name,
        drivers: &["MapInfo File"],
        options: &[],
        table: None,
        digested,
        memory: None,
        issues: Vec::new(),
        encoding: None,
    })
}

fn dataset(target: &Target) -> Result<Dataset, String> {
    capture::install();
    for (key, value) in SETTINGS {
        // A setting that does not take leaves GDAL as it was.
        let _ = gdal::config::set_config_option(key, value);
    }
    open_by(&target.name, target.drivers, target.options)
}

fn open_by(name: &Path, drivers: &[&str], options: &[&str]) -> Result<Dataset, String> {
    capture::take();
    let options = DatasetOptions {
        open_flags: GdalOpenFlags::GDAL_OF_VECTOR | GdalOpenFlags::GDAL_OF_VERBOSE_ERROR,
        allowed_drivers: Some(drivers),
        open_options: (!options.is_empty()).then_some(options),
        sibling_files: None,
    };
    Dataset::open_ex(name, options).map_err(|_| capture::said())
}

/// Cells of a DBF table that are not ASCII, as bytes.
fn samples(table: &Path) -> Result<Vec<Vec<u8>>, String> {
    let dataset = open_by(table, SHAPEFILE, &["ENCODING=ISO-8859-1"])?;
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

fn unknown(found: &Found, detail: String) -> IngestError {
    IngestError::UnknownFormat { path: found.shown.clone(), detail }
}

fn reading(found: &Found, source: gdal::errors::GdalError) -> IngestError {
    IngestError::Reading { path: found.shown.clone(), detail: capture::said(), source: ReaderSaid(source.to_string()) }
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
