//! CSV tables as offices export them: one header line, commas, CRLF, either UTF-8 with a byte order mark or GB 18030 without a
//! word about it. Rows go out as they come, so a table may have any length.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use encoding_rs::GB18030;

use super::{Cell, WriteError};

/// 编码。How the text of a table is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CsvEncoding {
    /// UTF-8，带字节序标记，Excel 另存的样子。
    Utf8Marked,
    /// GB 18030，不声明。
    Gb18030,
}

/// Writes one table row by row.
pub struct CsvWriter {
    file: BufWriter<File>,
    path: PathBuf,
    encoding: CsvEncoding,
    columns: usize,
    rows: u64,
}

impl CsvWriter {
    /// Starts a table and writes its header.
    ///
    /// # Errors
    /// The file cannot be made or written.
    pub fn create(path: &Path, encoding: CsvEncoding, headers: &[&str]) -> Result<CsvWriter, WriteError> {
        let fail = |source| WriteError::Table { path: path.to_owned(), source };
        let mut file = BufWriter::new(File::create(path).map_err(fail)?);
        if encoding == CsvEncoding::Utf8Marked {
            file.write_all("\u{feff}".as_bytes()).map_err(fail)?;
        }
        let mut writer = CsvWriter { file, path: path.to_owned(), encoding, columns: headers.len(), rows: 0 };
        writer.line(headers.iter().map(|header| (*header).to_owned()))?;
        Ok(writer)
    }

    /// Appends one row; an empty cell stays blank.
    ///
    /// # Errors
    /// The row has another width than the header, or the file cannot be written.
    pub fn append(&mut self, cells: &[Cell]) -> Result<(), WriteError> {
        self.rows += 1;
        if cells.len() != self.columns {
            return Err(WriteError::Width {
                path: self.path.clone(),
                row: self.rows,
                found: cells.len(),
                expected: self.columns,
            });
        }
        self.line(cells.iter().map(written))
    }

    /// Completes the file; gives the number of data rows.
    ///
    /// # Errors
    /// The last bytes cannot be written.
    pub fn finish(mut self) -> Result<u64, WriteError> {
        self.file.flush().map_err(|source| WriteError::Table { path: self.path, source })?;
        Ok(self.rows)
    }

    fn line(&mut self, cells: impl Iterator<Item = String>) -> Result<(), WriteError> {
        let line = cells.map(|cell| quoted(&cell)).collect::<Vec<_>>().join(",") + "\r\n";
        let bytes = match self.encoding {
            CsvEncoding::Utf8Marked => line.as_bytes().into(),
            CsvEncoding::Gb18030 => GB18030.encode(&line).0,
        };
        self.file.write_all(&bytes).map_err(|source| WriteError::Table { path: self.path.clone(), source })
    }
}

fn written(cell: &Cell) -> String {
    match cell {
        Cell::Empty => String::new(),
        Cell::Text(text) => text.clone(),
        Cell::Integer(number) => number.to_string(),
        Cell::Number(number) => number.to_string(),
        Cell::Date(date) => date.to_string(),
    }
}

fn quoted(cell: &str) -> String {
    if cell.contains([',', '"', '\r', '\n']) { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_marked_or_not_and_quotes_what_would_part_a_cell() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.csv");
        for (encoding, expected) in [
            (CsvEncoding::Utf8Marked, "\u{feff}企业,税\r\n\"甲,\"\"乙\"\"\",-1.5\r\n,\r\n".as_bytes().to_vec()),
            (CsvEncoding::Gb18030, GB18030.encode("企业,税\r\n\"甲,\"\"乙\"\"\",-1.5\r\n,\r\n").0.into_owned()),
        ] {
            let mut writer = CsvWriter::create(&path, encoding, &["企业", "税"]).unwrap();
            writer.append(&["甲,\"乙\"".into(), (-1.5).into()]).unwrap();
            writer.append(&[Cell::Empty, Cell::Empty]).unwrap();
            assert!(matches!(writer.append(&[Cell::Empty]), Err(WriteError::Width { row: 3, found: 1, expected: 2, .. })));
            writer.finish().unwrap();
            assert_eq!(std::fs::read(&path).unwrap(), expected);
        }
    }
}
