//! Spreadsheets through calamine: the first row that is not blank is the header. (GDAL takes such headers for a row.)

use calamine::{Data, Reader, open_workbook_auto};
use chrono::NaiveDate;

use super::{
    IngestError, IngestIssue, IssueCode,
    csv::numbered,
    source::{Cell, DeclaredCrs, Found, Held, Opened, RawRow, Request, Shape, choose, row_number},
    values::{DateRead, serial_date},
};

/// Opens a sheet of a workbook.
pub(super) fn open(found: Found, request: Request<'_>) -> Result<Opened, IngestError> {
    let fault = |source: calamine::Error| IngestError::Workbook { path: found.shown.clone(), source: Box::new(source) };
    let mut book = open_workbook_auto(&found.path).map_err(fault)?;
    let sheets = book.sheet_names();
    let mut ranges = Vec::with_capacity(sheets.len());
    let mut present = Vec::with_capacity(sheets.len());
    for sheet in &sheets {
        // A sheet that is not asked for is looked at only to see whether anything is in it.
        let range = book.worksheet_range(sheet).map_err(fault)?;
        if range.used_cells().next().is_some() || request.layer == Some(sheet) {
            present.push(sheet.clone());
            ranges.push(range);
        }
    }
    let chosen = choose(&found.shown, request.layer, &present)?;
    let range = ranges.swap_remove(chosen);
    let mut lines = range.rows().skip_while(|line| line.iter().all(|cell| matches!(cell, Data::Empty)));
    let Some(header) = lines.next() else {
        return Err(IngestError::NoRows { path: found.shown, passed_over: String::new() });
    };
    let columns = numbered(header.iter().map(|cell| cell_of(cell).text().into_owned()).collect());
    let mut rows = Vec::new();
    let mut issues = Vec::new();
    for (index, line) in lines.enumerate() {
        // A sheet often ends in lines that were only formatted.
        if line.iter().all(|cell| matches!(cell, Data::Empty)) {
            continue;
        }
        let number = row_number(&found.shown, index)?;
        for (column, cell) in columns.iter().zip(line) {
            if let Data::Error(error) = cell {
                let message = format!("单元格是公式错误 {error}，按空读取");
                issues.push(
                    IngestIssue::new(IssueCode::NumberUnreadable, message).with_row(number).with_cell(column, &error.to_string()),
                );
            }
        }
        rows.push(RawRow { number, cells: line.iter().map(cell_of).collect(), shape: Shape::Absent });
    }
    Ok(Opened {
        sha256: found.sha256()?,
        path: found.shown,
        file_name: found.file_name,
        layer_name: Some(present.swap_remove(chosen)),
        columns,
        encoding: None,
        has_geometry: false,
        cuts_names: false,
        crs: DeclaredCrs::Missing,
        claimed_rows: None,
        issues,
        rows: Box::new(Held::new(rows)),
    })
}

fn cell_of(cell: &Data) -> Cell {
    match cell {
        Data::Empty | Data::Error(_) => Cell::Empty,
        Data::String(text) if text.trim().is_empty() => Cell::Empty,
        Data::String(text) | Data::DurationIso(text) => Cell::Text(text.clone()),
        Data::DateTimeIso(text) => {
            text.get(..10).and_then(|day| day.parse::<NaiveDate>().ok()).map_or(Cell::Text(text.clone()), Cell::Date)
        }
        Data::Bool(flag) => Cell::Text(if *flag { "是" } else { "否" }.to_owned()),
        Data::Int(number) => Cell::Whole(*number),
        Data::Float(number) => whole(*number).map_or(Cell::Number(*number), Cell::Whole),
        Data::DateTime(moment) => match serial_date(moment.as_f64().floor() as i64) {
            Some(DateRead::On(day)) => Cell::Date(day),
            _ => Cell::Number(moment.as_f64()),
        },
    }
}

/// Spreadsheets hold every number as a float; a whole one must print without a point, as codes are kept as text.
fn whole(number: f64) -> Option<i64> {
    (number.fract() == 0.0 && number.abs() < 9.0e15).then_some(number as i64)
}
