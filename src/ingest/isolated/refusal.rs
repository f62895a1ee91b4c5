//! A fault of a whole file on its way over the pipe.

use std::io;

use serde::{Deserialize, Serialize};

use crate::ingest::{
    IngestError,
    error::{ArchiveFault, ReaderSaid},
    source::LayerSummary,
};

/// The faults that a reader can find, each as the [`IngestError`] of the same name.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Refusal {
    FileNotFound { path: String },
    Unreadable { path: String, system: Option<i32>, said: String },
    NotAFile { path: String },
    EmptyFile { path: String },
    UnknownFormat { path: String, detail: String },
    MissingPart { path: String, part: String },
    Workbook { path: String, said: String },
    NoLayer { path: String },
    LayerNotFound { path: String, wanted: String, present: Vec<LayerSummary> },
    SeveralLayers { path: String, present: Vec<LayerSummary> },
    NoRows { path: String, passed_over: String },
    TooLarge { path: String, limit_mib: u64 },
    TooManyRows { path: String, limit: i32 },
    TooManyColumns { path: String, found: usize, limit: usize },
    CellTooLong { path: String, row: i32, column: usize, limit_kib: usize },
    Archive { path: String, entry: String, fault: ArchiveFault },
    Reading { path: String, detail: String, said: String },
}

impl Refusal {
    /// The fault, ready to be sent.
    pub fn of(error: IngestError) -> Refusal {
        match error {
            IngestError::FileNotFound { path } => Refusal::FileNotFound { path },
            IngestError::Unreadable { path, source } => {
                Refusal::Unreadable { path, system: source.raw_os_error(), said: source.to_string() }
            }
            IngestError::NotAFile { path } => Refusal::NotAFile { path },
            IngestError::EmptyFile { path } => Refusal::EmptyFile { path },
            IngestError::UnknownFormat { path, detail } => Refusal::UnknownFormat { path, detail },
            IngestError::MissingPart { path, part } => Refusal::MissingPart { path, part },
            IngestError::Workbook { path, source } => Refusal::Workbook { path, said: source.to_string() },
            IngestError::NoLayer { path } => Refusal::NoLayer { path },
            IngestError::LayerNotFound { path, wanted, present } => Refusal::LayerNotFound { path, wanted, present },
            IngestError::SeveralLayers { path, present } => Refusal::SeveralLayers { path, present },
            IngestError::NoRows { path, passed_over } => Refusal::NoRows { path, passed_over },
            IngestError::TooLarge { path, limit_mib } => Refusal::TooLarge { path, limit_mib },
            IngestError::TooManyRows { path, limit } => Refusal::TooManyRows { path, limit },
            IngestError::TooManyColumns { path, found, limit } => Refusal::TooManyColumns { path, found, limit },
            IngestError::CellTooLong { path, row, column, limit_kib } => Refusal::CellTooLong { path, row, column, limit_kib },
            IngestError::Archive { path, entry, fault } => Refusal::Archive { path, entry, fault },
            IngestError::Reading { path, detail, source } => Refusal::Reading { path, detail, said: source.to_string() },
            // The faults of mappings, systems and cities are found on the other side.
            other => Refusal::Reading { path: String::new(), detail: other.to_string(), said: String::new() },
        }
    }

    /// The fault as it was found.
    pub fn into_error(self) -> IngestError {
        match self {
            Refusal::FileNotFound { path } => IngestError::FileNotFound { path },
            Refusal::Unreadable { path, system, said } => {
                let source = system.map_or_else(|| io::Error::other(said), io::Error::from_raw_os_error);
                IngestError::Unreadable { path, source }
            }
            Refusal::NotAFile { path } => IngestError::NotAFile { path },
            Refusal::EmptyFile { path } => IngestError::EmptyFile { path },
            Refusal::UnknownFormat { path, detail } => IngestError::UnknownFormat { path, detail },
            Refusal::MissingPart { path, part } => IngestError::MissingPart { path, part },
            Refusal::Workbook { path, said } => IngestError::Workbook { path, source: Box::new(ReaderSaid(said)) },
            Refusal::NoLayer { path } => IngestError::NoLayer { path },
            Refusal::LayerNotFound { path, wanted, present } => IngestError::LayerNotFound { path, wanted, present },
            Refusal::SeveralLayers { path, present } => IngestError::SeveralLayers { path, present },
            Refusal::NoRows { path, passed_over } => IngestError::NoRows { path, passed_over },
            Refusal::TooLarge { path, limit_mib } => IngestError::TooLarge { path, limit_mib },
            Refusal::TooManyRows { path, limit } => IngestError::TooManyRows { path, limit },
            Refusal::TooManyColumns { path, found, limit } => IngestError::TooManyColumns { path, found, limit },
            Refusal::CellTooLong { path, row, column, limit_kib } => IngestError::CellTooLong { path, row, column, limit_kib },
            Refusal::Archive { path, entry, fault } => IngestError::Archive { path, entry, fault },
            Refusal::Reading { path, detail, said } => IngestError::Reading { path, detail, source: ReaderSaid(said) },
        }
    }
}
