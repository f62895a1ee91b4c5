//! Spreadsheets through calamine: the first row that is not blank is the header. (GDAL takes such headers for a row.)

use calamine::{Data, Dimensions, Range, Reader, Sheets, open_workbook_auto};
use chrono::NaiveDate;

use super::{
    IngestError, IngestIssue, IssueCode, archive,
    csv::numbered,
    source::{COLUMN_LIMIT, Cell, DeclaredCrs, Found, Held, LayerSummary, Opened, RawRow, Request, Shape, choose, row_number},
    values::{DateRead, serial_date},
    written_shape,
};

type Book = Sheets<std::io::BufReader<std::fs::File>>;

/// A line of a sheet: its number from 0, and its cells by column.
type Line = (u32, Vec<(u32, Data)>);

/// Opens a sheet of a workbook.
pub(super) fn open(found: Found, request: Request<'_>) -> Result<Opened, IngestError> {
    let mut book = book(&found)?;
    let present = present(&found, &mut book, request.layer)?;
    let chosen = choose(&found.shown, request.layer, &present)?;
    let sheet = present[chosen].name.clone();
    let mut lines = lines(&found, &mut book, &sheet)?.into_iter();
    let Some((header_line, header)) = lines.next() else {
        return Err(IngestError::NoRows { path: found.shown, passed_over: String::new() });
    };
    let width = header.last().map_or(0, |(column, _)| *column as usize + 1);
    if width > COLUMN_LIMIT {
        return Err(IngestError::TooManyColumns { path: found.shown, found: width, limit: COLUMN_LIMIT });
    }
    let mut names = vec![String::new(); width];
    for (column, cell) in &header {
        names[*column as usize] = cell_of(cell).text().into_owned();
    }
    let columns = numbered(names);
    let mut rows = Vec::new();
    let mut issues = Vec::new();
    for (line, found_cells) in lines {
        let number = row_number(&found.shown, (line - header_line - 1) as usize)?;
        let mut cells = vec![Cell::Empty; width];
        for (column, cell) in &found_cells {
            let Some(name) = columns.get(*column as usize) else { continue };
            if let Data::Error(error) = cell {
                let message = format!("单元格是公式错误 {error}，按空读取");
                issues.push(
                    IngestIssue::new(IssueCode::NumberUnreadable, message).with_row(number).with_cell(name, &error.to_string()),
                );
            }
            cells[*column as usize] = cell_of(cell);
        }
        rows.push(RawRow { number, cells, shape: Shape::Absent });
    }
    let opened = Opened {
        sha256: found.sha256()?,
        path: found.shown,
        file_name: found.file_name,
        layer_name: Some(sheet),
        columns,
        encoding: None,
        has_geometry: false,
        cuts_names: false,
        crs: DeclaredCrs::Missing,
        claimed_rows: None,
        issues,
        rows: Box::new(Held::new(rows)),
    };
    written_shape::attach(opened)
}

/// The sheets that hold anything.
pub(super) fn layers(found: &Found) -> Result<Vec<LayerSummary>, IngestError> {
    present(found, &mut book(found)?, None)
}

fn book(found: &Found) -> Result<Book, IngestError> {
    if found.start.starts_with(b"PK") {
        archive::weigh_workbook(found)?;
    }
    open_workbook_auto(&found.path).map_err(|source| fault(found, source))
}

fn fault(found: &Found, source: impl std::error::Error + Send + Sync + 'static) -> IngestError {
    IngestError::Workbook { path: found.shown.clone(), source: Box::new(source) }
}

/// The sheets that hold anything, and the one that is asked for in any case.
fn present(found: &Found, book: &mut Book, wanted: Option<&str>) -> Result<Vec<LayerSummary>, IngestError> {
    let mut present = Vec::new();
    for sheet in book.sheet_names() {
        let rows = count(found, book, &sheet)?;
        if rows.is_some() || wanted == Some(&sheet) {
            present.push(LayerSummary { name: sheet, rows: rows.map(|rows| rows.saturating_sub(1)), geometry: None });
        }
    }
    Ok(present)
}

/// How many lines of a sheet hold anything; none for an empty one.
fn count(found: &Found, book: &mut Book, sheet: &str) -> Result<Option<u64>, IngestError> {
    let lines = lines(found, book, sheet)?;
    Ok((!lines.is_empty()).then_some(lines.len() as u64))
}

/// The lines of a sheet that hold anything. Taken cell by cell where the format allows it: a single cell in the last
/// corner of a sheet would otherwise ask for room for seventeen thousand million.
fn lines(found: &Found, book: &mut Book, sheet: &str) -> Result<Vec<Line>, IngestError> {
    let Sheets::Xlsx(xlsx) = book else {
        let range: Range<Data> = book.worksheet_range(sheet).map_err(|source| fault(found, source))?;
        return Ok(of_range(&range));
    };
    let mut lines: Vec<Line> = Vec::new();
    let mut reader = match xlsx.worksheet_cells_reader(sheet) {
        Ok(reader) => reader,
        // A sheet of drawings has no cells.
        Err(calamine::XlsxError::NotAWorksheet(_)) => return Ok(lines),
        Err(source) => return Err(fault(found, source)),
    };
    let Dimensions { .. } = reader.dimensions();
    while let Some(cell) = reader.next_cell().map_err(|source| fault(found, source))? {
        let (line, column) = cell.get_position();
        let value = Data::from(cell.get_value().clone());
        if matches!(value, Data::Empty) {
            continue;
        }
        match lines.last_mut() {
            Some((last, cells)) if *last == line => cells.push((column, value)),
            _ => lines.push((line, vec![(column, value)])),
        }
    }
    // Lines and cells are written in order by every program but broken ones.
    lines.sort_by_key(|(line, _)| *line);
    for (_, cells) in &mut lines {
        cells.sort_by_key(|(column, _)| *column);
    }
    Ok(lines)
}

fn of_range(range: &Range<Data>) -> Vec<Line> {
    let (top, left) = range.start().unwrap_or_default();
    let mut lines: Vec<Line> = Vec::new();
    for (row, column, value) in range.used_cells() {
        let (line, column) = (top + row as u32, left + column as u32);
        match lines.last_mut() {
            Some((last, cells)) if *last == line => cells.push((column, value.clone())),
            _ => lines.push((line, vec![(column, value.clone())])),
        }
    }
    lines
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
