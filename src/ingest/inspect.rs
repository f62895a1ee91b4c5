//! Looking at a file before it is imported: its layers, its columns with their values, where it lies, and which mapping
//! would read it. Nothing is decided here; what is proposed is for a person to confirm.

mod profile;

use std::path::Path;

use serde::Serialize;

pub use profile::CellSort;
pub(super) use profile::Profile;

use super::{
    IngestError, IngestIssue, Place, ReadOptions,
    crs::{self, CrsDiagnosis, Reading},
    ground::{GroundRead, Grounds},
    header::WrittenUnit,
    issue::shortened,
    propose::{self, MappingProposal},
    source::{self, Opened, RawRow, Request, Shape},
    write,
};
use crate::register::RegisterKind;

/// Rows from whose cells a column is judged.
const LOOKED_AT: usize = 1000;
/// Rows whose ground is measured, to hold stated areas against.
const MEASURED: usize = 200;
/// Rows shown raw.
const SHOWN: usize = 10;
/// Layers of one file that are looked at.
const LAYERS: usize = 24;
/// Rows beyond which a file that does not say how many it has is not counted further.
const COUNTED: u64 = 2_000_000;

/// What a file turned out to be.
#[derive(Clone, Debug, Serialize)]
pub struct Inspection {
    /// File name without folders.
    pub file_name: String,
    /// SHA-256 of the bytes, as an import would record it.
    pub sha256: String,
    /// The layers or sheets of the file.
    pub layers: Vec<LayerSeen>,
    /// The layer that everything below is about: the one asked for, the only one, or the one that looks most like a register.
    pub layer: Option<String>,
    /// Whether an import must name the layer because there are several.
    pub layer_must_be_named: bool,
    /// Encoding of the attributes.
    pub encoding: Option<EncodingSeen>,
    /// Columns, in the order of the file.
    pub columns: Vec<ColumnSeen>,
    /// The first rows, one text a column.
    pub preview: Vec<Vec<String>>,
    /// Rows from which the columns were judged.
    pub rows_looked_at: usize,
    /// Where the file lies and what may be wrong with that.
    pub crs: CrsDiagnosis,
    /// Mappings that would read it, the best first.
    pub proposals: Vec<MappingProposal>,
    /// What the reader found worth knowing.
    pub issues: Vec<IngestIssue>,
}

/// A layer or sheet.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LayerSeen {
    /// Its name; empty for a format without layers.
    pub name: String,
    /// Rows; none when the file does not say and is too long to count.
    pub rows: Option<u64>,
    /// Sort of geometry in its first rows.
    pub geometry: GeometrySeen,
}

/// Sort of geometry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "sort")]
pub enum GeometrySeen {
    /// A table.
    None,
    /// Polygons.
    Polygons,
    /// Polygons and others, which an import would set aside.
    Mixed {
        /// The others.
        other: Vec<String>,
    },
    /// No polygon.
    Other {
        /// What instead.
        other: Vec<String>,
    },
    /// There is geometry by declaration, but the first rows have none.
    Missing,
}

impl GeometrySeen {
    /// 中文。
    pub fn label_zh(&self) -> String {
        match self {
            GeometrySeen::None => "无图形".to_owned(),
            GeometrySeen::Polygons => "面".to_owned(),
            GeometrySeen::Mixed { other } => format!("面，另有{}", other.join("、")),
            GeometrySeen::Other { other } => other.join("、"),
            GeometrySeen::Missing => "图形全空".to_owned(),
        }
    }
}

/// How the attributes are encoded.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct EncodingSeen {
    /// Such as `GB18030`.
    pub name: String,
    /// How that was found, Chinese.
    pub how: String,
}

/// A column.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ColumnSeen {
    /// Name as the file has it.
    pub name: String,
    /// Sort of its values.
    pub sort: CellSort,
    /// 中文。
    pub sort_label: &'static str,
    /// Share of the rows looked at in which it is filled, 0 to 1.
    pub share_filled: f64,
    /// Up to three distinct values.
    pub samples: Vec<String>,
    /// The unit that the header or the cells state.
    pub unit: Option<WrittenUnit>,
    /// What the name is known to mean in systems of land offices; empty for most Chinese names, which say it themselves.
    pub meanings: Vec<String>,
}

/// A layer, read as far as it is looked at.
pub(super) struct Look {
    pub opened: Opened,
    pub rows: Vec<RawRow>,
    pub total: Option<u64>,
}

/// Looks at a file; no register is asked for.
///
/// # Errors
/// As [`inspect_for`].
pub fn inspect(path: &Path, options: &ReadOptions, place: &Place) -> Result<Inspection, IngestError> {
    inspect_for(path, options, place, None)
}

/// Looks at a file, and proposes a mapping for the register that is asked for even where it fits badly.
///
/// `place` is the city against which the position is judged; the default judges nothing. `options` as for an import.
///
/// # Errors
/// [`IngestError`] when the file cannot be opened at all.
pub fn inspect_for(
    path: &Path,
    options: &ReadOptions,
    place: &Place,
    wanted: Option<RegisterKind>,
) -> Result<Inspection, IngestError> {
    let (looks, must_be_named) = layers(path, options)?;
    let layers: Vec<LayerSeen> = looks.iter().map(layer_seen).collect();
    let mut found: Vec<Found> = Vec::with_capacity(looks.len());
    for look in looks {
        found.push(Found::of(look, options, place, Asked { must_be_named, wanted }));
    }
    let best = |found: &Found| found.proposals.first().map_or(0.0, |proposal| proposal.score);
    let chosen = (0..found.len()).max_by(|one, other| best(&found[*one]).total_cmp(&best(&found[*other])).then(other.cmp(one)));
    let Found { look, columns, diagnosis, proposals } = match chosen {
        Some(chosen) => found.swap_remove(chosen),
        None => return Err(IngestError::NoLayer { path: path.display().to_string() }),
    };
    let preview = look
        .rows
        .iter()
        .take(SHOWN)
        .map(|row| row.cells.iter().map(|cell| shortened(&super::values::text(&cell.text()), 120)).collect())
        .collect();
    let encoding = encoding_seen(&look.opened);
    Ok(Inspection {
        file_name: look.opened.file_name,
        sha256: look.opened.sha256,
        layers,
        layer: look.opened.layer_name,
        layer_must_be_named: must_be_named,
        encoding,
        columns,
        preview,
        rows_looked_at: look.rows.len(),
        crs: diagnosis,
        proposals,
        issues: look.opened.issues,
    })
}

/// The layers to look at, and whether an import must name one.
fn layers(path: &Path, options: &ReadOptions) -> Result<(Vec<Look>, bool), IngestError> {
    let open = |layer: Option<&str>| source::open(path, Request { layer, encoding: None });
    match open(options.layer.as_deref()) {
        Ok(opened) => Ok((vec![look(opened)?], false)),
        Err(IngestError::SeveralLayers { present, .. }) => {
            let looks: Result<Vec<Look>, IngestError> =
                present.iter().take(LAYERS).map(|layer| look(open(Some(&layer.name))?)).collect();
            Ok((looks?, true))
        }
        Err(other) => Err(other),
    }
}

fn look(mut opened: Opened) -> Result<Look, IngestError> {
    let rows = opened.rows.next_rows(LOOKED_AT)?;
    let mut total = opened.claimed_rows;
    if total.is_none() {
        let mut count = rows.len() as u64;
        let mut ended = rows.is_empty();
        while !ended && count < COUNTED {
            let more = opened.rows.next_rows(4096)?;
            ended = more.is_empty();
            count += more.len() as u64;
        }
        total = ended.then_some(count);
    }
    Ok(Look { opened, rows, total })
}

fn layer_seen(look: &Look) -> LayerSeen {
    let mut other: Vec<String> = Vec::new();
    let mut has_polygons = false;
    for row in &look.rows {
        match &row.shape {
            Shape::Polygons { .. } => has_polygons = true,
            Shape::Other(kind) if !other.contains(kind) => other.push(kind.clone()),
            Shape::Other(_) | Shape::Faulty(..) | Shape::Absent | Shape::Missing => {}
        }
    }
    let geometry = match (look.opened.has_geometry, has_polygons, other.is_empty()) {
        (false, _, _) => GeometrySeen::None,
        (true, true, true) => GeometrySeen::Polygons,
        (true, true, false) => GeometrySeen::Mixed { other },
        (true, false, false) => GeometrySeen::Other { other },
        (true, false, true) => GeometrySeen::Missing,
    };
    LayerSeen { name: look.opened.layer_name.clone().unwrap_or_default(), rows: look.total, geometry }
}

/// A layer with everything that was found about it.
struct Found {
    look: Look,
    columns: Vec<ColumnSeen>,
    diagnosis: CrsDiagnosis,
    proposals: Vec<MappingProposal>,
}

/// What bears on the mappings of a layer beside its rows.
#[derive(Clone, Copy)]
struct Asked {
    must_be_named: bool,
    wanted: Option<RegisterKind>,
}

impl Found {
    fn of(mut look: Look, options: &ReadOptions, place: &Place, asked: Asked) -> Found {
        let mut profiles: Vec<Profile> =
            look.opened.columns.iter().enumerate().map(|(position, name)| Profile::of(name, position, &look.rows)).collect();
        let (diagnosis, reading) = crs::diagnose(&mut look.opened, options, place, &look.rows);
        let areas = areas(&look, reading);
        // Rows that were set aside and mended are what they were before we wrote the reasons beside them.
        let columns = profiles.iter().map(column_seen).collect();
        profiles.retain(|profile| !write::is_ours(&profile.name));
        let table = propose::Table {
            profiles: &profiles,
            areas: &areas,
            has_geometry: look.opened.has_geometry,
            layer: look.opened.layer_name.as_deref().filter(|_| asked.must_be_named),
            wanted: asked.wanted,
        };
        let proposals = propose::propose(&table);
        Found { look, columns, diagnosis, proposals }
    }
}

/// Areas on the ellipsoid of the first rows, m²; none where a row has no usable ground.
fn areas(look: &Look, reading: Option<Reading>) -> Vec<Option<f64>> {
    let Some(reading) = reading else { return Vec::new() };
    let grounds = Grounds::new(reading, &Place::default());
    look.rows
        .iter()
        .take(MEASURED)
        .map(|row| match grounds.read(&row.shape) {
            GroundRead::Sound(ground, _) => Some(ground.ellipsoidal_area_m2),
            _ => None,
        })
        .collect()
}

fn column_seen(profile: &Profile) -> ColumnSeen {
    ColumnSeen {
        name: profile.name.clone(),
        sort: profile.sort,
        sort_label: profile.sort.label_zh(),
        share_filled: profile.share_filled(),
        samples: profile.samples(3),
        unit: profile.cell_unit.or(profile.header.unit),
        meanings: propose::meanings(&profile.name).to_vec(),
    }
}

fn encoding_seen(opened: &Opened) -> Option<EncodingSeen> {
    let name = opened.encoding.clone()?;
    let sniffed = opened.issues.iter().find(|issue| issue.code == super::IssueCode::EncodingSniffed.code());
    let is_text = [".csv", ".tsv", ".txt"].iter().any(|end| opened.file_name.to_ascii_lowercase().ends_with(end));
    let how = match sniffed {
        Some(issue) => issue.message.clone(),
        None if opened.cuts_names => "按 .cpg 文件或 .dbf 语言字节；都没有时，内容全为英文数字".to_owned(),
        None if is_text => "按字节序标记，或内容正是有效的 UTF-8".to_owned(),
        None => "该格式规定的编码".to_owned(),
    };
    Some(EncodingSeen { name, how })
}
