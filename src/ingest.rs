//! Intake: bytes of a file → typed rows, and an issue for everything that was wrong with them.
//!
//! The only caller of GDAL. No database, no clock, no rule: what a row means for a finding is decided elsewhere.
//! A file that cannot be read as a whole is an [`IngestError`]; a fault of one row or cell is an [`IngestIssue`], and
//! the row is then kept with a gap or set aside (隔离) as it came. Nothing is dropped without one of the two.

mod archive;
mod bind;
mod crs;
mod csv;
mod digest;
mod encoding;
mod error;
mod field;
mod gdal_source;
mod ground;
mod header;
mod inspect;
mod isolated;
mod issue;
mod join;
mod mapping;
mod pipeline;
mod place;
mod preview;
mod propose;
mod registers;
mod remedy;
mod rings;
mod row;
mod seen;
mod source;
mod survey_text;
#[doc(hidden)]
pub mod trial;
mod values;
mod workbook;
pub mod write;
mod written_shape;

use std::ops::ControlFlow;
use std::path::Path;

use mujun_geometry::Crs;
use serde::{Deserialize, Serialize};

pub use crs::{Confidence, CrsDiagnosis, CrsVerdict, OfferedFix};
pub use error::{ArchiveFault, IngestError, ReaderLimit, ReaderSaid};
pub use header::WrittenUnit;
pub use inspect::{CellSort, ColumnSeen, EncodingSeen, GeometrySeen, Inspection, LayerSeen, inspect, inspect_for};
pub use isolated::{COMMAND as READ_COMMAND, read_with, serve as serve_read};
pub use issue::{IngestIssue, IssueCode, Party, Severity};
pub use mapping::{BUILT_IN_NAMES, CodeScheme, DivisionRule, Mapping, MappingFault, MappingFaults};
pub use pipeline::{Chunk, Piece, Readable, Summary};
pub use place::{Neighbours, Place, RegisteredKeys};
pub use preview::{Preview, PreviewCell, PreviewField, PreviewRow, preview};
pub use propose::{FieldProposal, MappingProposal, MissingKey, UnusedColumn};
pub use remedy::{Remedy, UnknownRemedy};
pub use source::LayerSummary;

use crate::register::{
    ApprovalRecord, BuildingRecord, DeductionRecord, DivisionRecord, EnterpriseRecord, EnterpriseYearRecord, OccupancyRecord,
    ParcelRecord, ProjectEventRecord, ProjectRecord, SupplyEventRecord, SupplyRecord, TargetRecord, ZoneRecord,
};

/// What came out of one file.
#[derive(Clone, Debug, PartialEq)]
pub struct Ingested<R> {
    /// The rows that are good enough to be kept, in the order of the file.
    pub rows: Vec<Row<R>>,
    /// Everything that was wrong or worth knowing, in the order of the rows; issues of the whole file come first.
    pub issues: Vec<IngestIssue>,
    /// What was read.
    pub source: SourceDescription,
}

/// A record and the row of the file it came from.
#[derive(Clone, Debug, PartialEq)]
pub struct Row<R> {
    /// Row of the file, from 1, headers not counted.
    pub number: i32,
    /// The record.
    pub record: R,
}

/// What was read: enough to recognise the same file again and to say how it was understood.
#[derive(Clone, Debug, PartialEq)]
pub struct SourceDescription {
    /// File name without folders.
    pub file_name: String,
    /// SHA-256 of the bytes, lower-case hex; for a loose Shapefile of .shp, .dbf, .shx, .prj and .cpg in this order,
    /// then of the joined table if the mapping names one.
    pub sha256: String,
    /// Layer or sheet.
    pub layer_name: Option<String>,
    /// CRS in which the coordinates were taken; none for a table without geometry.
    pub crs: Option<Crs>,
    /// Encoding of the attributes as it was used, such as `GB18030`.
    pub encoding: Option<String>,
    /// Rows read; rows that the mapping's `where` passed over are not counted.
    pub rows_read: i32,
    /// Rows set aside; `rows_read` is these plus the rows handed on.
    pub rows_quarantined: i32,
}

/// What the operator decides about the reading of a file, beyond its mapping. The default: as the file declares itself.
///
/// It is recorded with the import and is part of its identity: a field at its default must be left out of the JSON, so that what was
/// imported before the field existed is still recognised.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ReadOptions {
    /// `--crs`; it wins over the file, and a contradiction is reported.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub crs: Option<Crs>,
    /// `--layer`: layer or sheet; it wins over the mapping.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub layer: Option<String>,
    /// `--fix`: what is done to the whole file; each is reported.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub remedies: Vec<Remedy>,
    /// `--pipeline`: a PROJ pipeline from the numbers of the file to longitude and latitude in degrees, for Beijing 54 and Xian 80.
    /// Its parameters may be confidential: it is written out as its SHA-256 only, which cannot be read back as a pipeline.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "remedy::digest_only")]
    pub pipeline: Option<String>,
}

impl ReadOptions {
    /// Only the CRS said.
    pub fn in_crs(crs: Crs) -> ReadOptions {
        ReadOptions { crs: Some(crs), ..ReadOptions::default() }
    }
}

/// The layers or sheets of a file.
///
/// # Errors
/// [`IngestError`] when the file cannot be opened.
pub fn layers(path: &Path) -> Result<Vec<LayerSummary>, IngestError> {
    source::layers(path)
}

/// Reads a whole file into memory as records of one register.
///
/// # Errors
/// [`IngestError`] when the file as a whole cannot be taken; then nothing was read.
pub fn read<R: Readable>(
    path: &Path,
    mapping: &Mapping,
    options: &ReadOptions,
    place: &Place,
) -> Result<Ingested<R>, IngestError> {
    let mut rows = Vec::new();
    let mut issues = Vec::new();
    let summary = stream(path, mapping, options, place, &|_, record: R| record, &mut |piece| {
        if let Piece::Rows(chunk) = piece {
            rows.extend(chunk.rows);
            issues.extend(chunk.issues);
        }
        ControlFlow::Continue(())
    })?;
    let mut all = summary.issues;
    all.append(&mut issues);
    Ok(Ingested { rows, issues: all, source: summary.source })
}

/// Reads a file in chunks, handing each to `sink` as soon as it is checked, so that memory stays flat. When `sink` breaks off, the
/// rest of the file is not read, and the answer is [`IngestError::Stopped`]. What is handed on is what `make` makes of the rows, each
/// with its number, in the thread that read it and not before `sink` has heard of the file; of some rows it turns out later that they
/// are not kept.
///
/// The caller must be able to take back what it did with the chunks: some faults of the whole file, such as "nothing
/// lies in the city", are known only at the end.
///
/// # Errors
/// [`IngestError`] when the file as a whole cannot be taken, also after chunks have been handed on.
pub fn stream<R: Readable, T: Send>(
    path: &Path,
    mapping: &Mapping,
    options: &ReadOptions,
    place: &Place,
    make: &(impl Fn(i32, R) -> T + Sync),
    sink: &mut dyn FnMut(Piece<T>) -> ControlFlow<()>,
) -> Result<Summary, IngestError> {
    pipeline::run(path, mapping, options, place, make, sink)
}

macro_rules! readers {
    ($($(#[$doc:meta])* $name:ident -> $record:ty;)*) => {$(
        $(#[$doc])*
        ///
        /// # Errors
        /// [`IngestError`] when the file as a whole cannot be taken.
        pub fn $name(
            path: &Path,
            mapping: &Mapping,
            options: &ReadOptions,
            place: &Place,
        ) -> Result<Ingested<$record>, IngestError> {
            read::<$record>(path, mapping, options, place)
        }
    )*};
}

readers! {
    /// 行政区。
    read_divisions -> DivisionRecord;
    /// 宗地。
    read_parcels -> ParcelRecord;
    /// 建筑物。
    read_buildings -> BuildingRecord;
    /// 用地批次。
    read_approvals -> ApprovalRecord;
    /// 供地合同。
    read_supplies -> SupplyRecord;
    /// 规划分区。
    read_zones -> ZoneRecord;
    /// 改造项目。
    read_projects -> ProjectRecord;
    /// 改造项目节点。
    read_project_events -> ProjectEventRecord;
    /// 目标任务。
    read_targets -> TargetRecord;
    /// 供地合同变更与中止。
    read_supply_events -> SupplyEventRecord;
    /// 批次核减。
    read_deductions -> DeductionRecord;
    /// 企业。
    read_enterprises -> EnterpriseRecord;
    /// 企业用地。
    read_occupancies -> OccupancyRecord;
    /// 企业年度数据。
    read_enterprise_years -> EnterpriseYearRecord;
}
