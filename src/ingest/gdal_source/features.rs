//! The features of a layer as raw rows.

use encoding_rs::Encoding;
use gdal::vector::{Feature, FieldValue, OGRFieldType, OwnedFeatureIterator};

use super::{
    MemoryFile, capture, decoded,
    shape::{self, Chords, Unit},
};
use crate::ingest::{
    IngestError, IngestIssue,
    source::{Cell, HANDED_ON, RawRow, Rows, row_number, stretch},
    written_shape::shorten,
};

/// Rows of a layer.
pub(super) struct Features {
    pub shown: String,
    pub columns: Vec<String>,
    pub types: Vec<OGRFieldType::Type>,
    pub read: usize,
    pub decode: Option<&'static Encoding>,
    pub warnings: Vec<String>,
    pub issues: Vec<IngestIssue>,
    pub chords: Chords,
    pub unit: Unit,
    // Declared before the memory it reads from, so that it is let go of first.
    pub features: OwnedFeatureIterator,
    pub _memory: Option<MemoryFile>,
}

impl Rows for Features {
    fn next_rows(&mut self, limit: usize) -> Result<Vec<RawRow>, IngestError> {
        capture::take();
        let mut features = &mut self.features;
        let rows = stretch(limit, HANDED_ON, || {
            let Some(feature) = features.next() else { return Ok(None) };
            let number = row_number(&self.shown, self.read)?;
            self.read += 1;
            let cells = self.types.iter().enumerate().map(|(index, kind)| cell(&feature, index, *kind, self.decode)).collect();
            let (shape, gap) = shape::of(&feature);
            self.chords.take(number, gap);
            let mut row = RawRow { number, cells, shape };
            shorten(&mut row, &self.columns, &mut self.issues);
            Ok(Some(row))
        })?;
        self.warnings.extend(capture::take());
        self.warnings.dedup();
        self.warnings.truncate(20);
        Ok(rows)
    }

    fn warnings(&mut self) -> Vec<String> {
        std::mem::take(&mut self.warnings)
    }

    fn issues(&mut self) -> Vec<IngestIssue> {
        let mut issues = std::mem::take(&mut self.issues);
        issues.extend(std::mem::take(&mut self.chords).issue(self.unit));
        issues
    }
}

/// A field of a feature.
pub(super) fn cell(feature: &Feature<'_>, index: usize, kind: OGRFieldType::Type, decode: Option<&'static Encoding>) -> Cell {
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
