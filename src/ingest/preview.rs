//! The first rows of a file as an import would take them: each field beside the cell it was read from, and what is wrong.

use std::path::Path;

use serde::Serialize;

use super::{
    IngestError, IngestIssue, Mapping, Place, ReadOptions,
    field::Sort,
    issue::shortened,
    mapping::Origin,
    pipeline::{self, Readable},
    row::RowReader,
    values,
};
use crate::register::{
    ApprovalRecord, BuildingRecord, DeductionRecord, DivisionRecord, EnterpriseRecord, EnterpriseYearRecord, OccupancyRecord,
    ParcelRecord, ProjectEventRecord, ProjectRecord, RegisterKind, SupplyEventRecord, SupplyRecord, TargetRecord, ZoneRecord,
};

/// The most rows a preview shows.
const MOST_ROWS: usize = 100;

/// The first rows under a mapping.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Preview {
    /// The fields of the mapping, in its order.
    pub fields: Vec<PreviewField>,
    /// The rows; those that the mapping's `where` passes over are not among them.
    pub rows: Vec<PreviewRow>,
    /// What is worth knowing of the file as a whole.
    pub issues: Vec<IngestIssue>,
}

/// A field of the mapping.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PreviewField {
    /// Its name in the register.
    pub field: &'static str,
    /// 中文。
    pub label: &'static str,
    /// The column of the file; none for a constant or a column that may be absent and is.
    pub column: Option<String>,
    /// The unit in which the register keeps it.
    pub kept_unit: Option<&'static str>,
}

/// A row.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PreviewRow {
    /// Row of the file, from 1.
    pub number: i32,
    /// Whether an import would keep it; a key that comes twice in the file is not looked for here.
    pub is_kept: bool,
    /// One a field, in the order of [`Preview::fields`].
    pub cells: Vec<PreviewCell>,
    /// The division it is assigned to.
    pub division: Option<String>,
    /// Its area on the ellipsoid, m².
    pub ellipsoidal_area_m2: Option<f64>,
    /// What is wrong with it.
    pub issues: Vec<IngestIssue>,
}

/// A cell and what it became.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PreviewCell {
    /// As the file has it.
    pub raw: String,
    /// As the register would keep it; none for a gap, and in a row that is set aside for what was not read any more.
    pub read: Option<String>,
}

/// Reads the first `rows` rows of a file under a mapping, at most 100.
///
/// # Errors
/// [`IngestError`] as an import of the whole file would meet it before its first row.
pub fn preview(
    path: &Path,
    mapping: &Mapping,
    options: &ReadOptions,
    place: &Place,
    rows: usize,
) -> Result<Preview, IngestError> {
    let read = match mapping.kind {
        RegisterKind::Divisions => preview_of::<DivisionRecord>,
        RegisterKind::Parcels => preview_of::<ParcelRecord>,
        RegisterKind::Buildings => preview_of::<BuildingRecord>,
        RegisterKind::Approvals => preview_of::<ApprovalRecord>,
        RegisterKind::Supplies => preview_of::<SupplyRecord>,
        RegisterKind::Zones => preview_of::<ZoneRecord>,
        RegisterKind::Projects => preview_of::<ProjectRecord>,
        RegisterKind::ProjectEvents => preview_of::<ProjectEventRecord>,
        RegisterKind::Targets => preview_of::<TargetRecord>,
        RegisterKind::SupplyEvents => preview_of::<SupplyEventRecord>,
        RegisterKind::Deductions => preview_of::<DeductionRecord>,
        RegisterKind::Enterprises => preview_of::<EnterpriseRecord>,
        RegisterKind::Occupancies => preview_of::<OccupancyRecord>,
        RegisterKind::EnterpriseYears => preview_of::<EnterpriseYearRecord>,
    };
    read(path, mapping, options, place, rows.min(MOST_ROWS))
}

fn preview_of<R: Readable>(
    path: &Path,
    mapping: &Mapping,
    options: &ReadOptions,
    place: &Place,
    rows: usize,
) -> Result<Preview, IngestError> {
    let begun = pipeline::begin::<R>(path, mapping, options, place)?;
    let frame = &begun.frame;
    let fields = frame
        .fields
        .iter()
        .map(|bound| PreviewField {
            field: bound.mapping.field.name,
            label: bound.mapping.field.label,
            column: bound.column.and_then(|index| frame.columns.get(index)).cloned(),
            kept_unit: kept_unit(bound.mapping.field.sort),
        })
        .collect();
    let shown = begun
        .next
        .iter()
        .filter(|row| begun.filter.is_none_or(|(column, filter)| filter.takes(row, column)))
        .take(rows)
        .map(|row| {
            let mut reader = RowReader::new(frame, row);
            reader.readings = Some(Default::default());
            let is_kept = R::build(&mut reader).is_some();
            let mut readings = reader.readings.take().unwrap_or_default();
            let cells = frame
                .fields
                .iter()
                .map(|bound| {
                    let raw = match (&bound.mapping.origin, bound.column) {
                        (Origin::Constant(text), _) => text.clone(),
                        (_, Some(index)) => row.cells.get(index).map(|cell| values::text(&cell.text())).unwrap_or_default(),
                        (_, None) => String::new(),
                    };
                    PreviewCell { raw: shortened(&raw, 200), read: readings.texts.remove(bound.mapping.field.name) }
                })
                .collect();
            PreviewRow {
                number: row.number,
                is_kept,
                cells,
                division: readings.division,
                ellipsoidal_area_m2: readings.ellipsoidal_area_m2,
                issues: reader.issues,
            }
        })
        .collect();
    Ok(Preview { fields, rows: shown, issues: begun.opened.issues })
}

fn kept_unit(sort: Sort) -> Option<&'static str> {
    match sort {
        Sort::Area => Some("平方米"),
        Sort::Length => Some("米"),
        Sort::Money => Some("万元"),
        Sort::Share => Some("比值（0–1）"),
        _ => None,
    }
}
