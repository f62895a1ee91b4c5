//! XLSX workbooks, one table a file, header in the first row.
//! Cells may be of any kind: a column in which some dates are text is written as it would come from an office.

use std::path::{Path, PathBuf};

use chrono::{Datelike, NaiveDate};
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, XlsxError};

use super::{Cell, WriteError};

/// Data rows that one sheet can hold beside its header.
pub const XLSX_MAX_ROWS: u32 = 1_048_575;

/// What a workbook is called.
#[derive(Clone, Debug)]
pub struct WorkbookSpec<'a> {
    /// Sheet name.
    pub sheet: &'a str,
    /// Column headers.
    pub headers: &'a [&'a str],
    /// Title kept in the document properties.
    pub title: &'a str,
    /// Remark kept in the document properties.
    pub remark: &'a str,
    /// Creation day kept in the document properties, in place of the clock's.
    pub dated: NaiveDate,
}

/// Writes one sheet; the whole workbook is held in memory until [`WorkbookWriter::finish`].
pub struct WorkbookWriter {
    workbook: Workbook,
    path: PathBuf,
    columns: usize,
    rows: u32,
    date_format: Format,
}

impl WorkbookWriter {
    /// Starts a workbook and writes its header.
    pub fn create(path: &Path, spec: &WorkbookSpec<'_>) -> Result<WorkbookWriter, WriteError> {
        let fail = |source: XlsxError| WriteError::Workbook { path: path.to_owned(), source: Box::new(source) };
        let mut workbook = Workbook::new();
        let created = excel_date(spec.dated).map_err(fail)?;
        let properties = DocProperties::new().set_title(spec.title).set_comment(spec.remark).set_creation_datetime(&created);
        workbook.set_properties(&properties);
        let sheet = workbook.add_worksheet();
        sheet.set_name(spec.sheet).map_err(fail)?;
        let bold = Format::new().set_bold();
        for (column, header) in (0u16..).zip(spec.headers) {
            sheet.write_string_with_format(0, column, *header, &bold).map_err(fail)?;
            sheet.set_column_width(column, 14.0).map_err(fail)?;
        }
        sheet.set_freeze_panes(1, 0).map_err(fail)?;
        Ok(WorkbookWriter {
            workbook,
            path: path.to_owned(),
            columns: spec.headers.len(),
            rows: 0,
            date_format: Format::new().set_num_format("yyyy-mm-dd"),
        })
    }

    /// Data rows written so far.
    pub fn rows(&self) -> u32 {
        self.rows
    }

    /// Appends one row; an empty cell stays blank.
    pub fn append(&mut self, cells: &[Cell]) -> Result<(), WriteError> {
        if self.rows == XLSX_MAX_ROWS {
            return Err(WriteError::TooManyRows { path: self.path.clone(), limit: XLSX_MAX_ROWS });
        }
        let row = self.rows + 1;
        if cells.len() != self.columns {
            return Err(WriteError::Width {
                path: self.path.clone(),
                row: u64::from(row),
                found: cells.len(),
                expected: self.columns,
            });
        }
        let fail = |source: XlsxError| WriteError::Workbook { path: self.path.clone(), source: Box::new(source) };
        let sheet = self.workbook.worksheet_from_index(0).map_err(fail)?;
        for (column, cell) in (0u16..).zip(cells) {
            match cell {
                Cell::Empty => continue,
                Cell::Text(text) => sheet.write_string(row, column, text),
                Cell::Integer(number) => sheet.write_number(row, column, *number as f64),
                Cell::Number(number) => sheet.write_number(row, column, *number),
                Cell::Date(date) => {
                    let date = excel_date(*date).map_err(fail)?;
                    sheet.write_datetime_with_format(row, column, &date, &self.date_format)
                }
            }
            .map_err(fail)?;
        }
        self.rows = row;
        Ok(())
    }

    /// Saves the workbook; gives the number of data rows.
    pub fn finish(mut self) -> Result<u32, WriteError> {
        let fail = |source: XlsxError| WriteError::Workbook { path: self.path.clone(), source: Box::new(source) };
        self.workbook.save(&self.path).map_err(fail)?;
        Ok(self.rows)
    }
}

fn excel_date(date: NaiveDate) -> Result<ExcelDateTime, XlsxError> {
    let year = u16::try_from(date.year()).map_err(|_| XlsxError::DateTimeRangeError(date.to_string()))?;
    ExcelDateTime::from_ymd(year, date.month() as u8, date.day() as u8)
}

#[cfg(test)]
mod tests {
    use calamine::{Data, Reader, Xlsx, open_workbook};

    use super::*;

    #[test]
    fn dates_are_excel_dates_text_stays_text_and_blanks_stay_blank() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.xlsx");
        let day = NaiveDate::from_ymd_opt(2019, 9, 10).unwrap();
        let spec = WorkbookSpec { sheet: "表", headers: &["甲", "乙", "丙"], title: "示例", remark: "示例", dated: day };
        let mut writer = WorkbookWriter::create(&path, &spec).unwrap();
        writer.append(&[day.into(), "2019年09月10日".into(), Cell::Empty]).unwrap();
        assert!(matches!(writer.append(&[Cell::Empty]), Err(WriteError::Width { row: 2, found: 1, expected: 3, .. })));
        assert_eq!(writer.finish().unwrap(), 1);
        let mut book: Xlsx<_> = open_workbook(&path).unwrap();
        let range = book.worksheet_range("表").unwrap();
        let row: Vec<Data> = range.rows().nth(1).unwrap().to_vec();
        let Data::DateTime(date) = &row[0] else { panic!("{:?}", row[0]) };
        assert_eq!(date.as_f64(), 43_718.0);
        assert_eq!(row[1..], [Data::String("2019年09月10日".to_owned()), Data::Empty]);
    }
}
