//! A second table put beside the rows of a file by a common key. Only where exactly one record has the key: which of
//! several is meant cannot be known.

use std::{collections::HashMap, path::Path};

use sha2::{Digest, Sha256};

use super::{
    IngestError, IngestIssue, Mapping,
    digest::hex,
    mapping::Join,
    source::{self, Cell, Opened, RawRow, Request, Rows},
    values,
};

/// Room for the records of the second table, bytes: they are looked up by key and must be at hand.
const ROOM: usize = 128 << 20;

/// Name of the column that says how many records have the key.
pub(super) const COUNT_COLUMN: &str = "join.#";

/// Puts the columns of the mapping's second table beside those of the file.
pub(super) fn attach(opened: Opened, join: &Join, mapping: &Mapping, path: &Path) -> Result<Opened, IngestError> {
    let beside = path.parent().unwrap_or_else(|| Path::new("")).join(&join.file);
    let fault =
        |source| IngestError::Join { mapping: mapping.name.clone(), file: join.file.clone().into(), source: Box::new(source) };
    let mut second = source::open(&beside, Request { layer: None, encoding: None }).map_err(fault)?;
    let column = |columns: &[String], name: &str, file: &str| {
        columns.iter().position(|column| column == name).ok_or_else(|| IngestError::JoinColumn {
            mapping: mapping.name.clone(),
            file: file.to_owned(),
            column: name.to_owned(),
            present: columns.to_vec(),
        })
    };
    let on = column(&opened.columns, &join.on, &opened.file_name)?;
    let key = column(&second.columns, &join.key, &second.file_name)?;
    let mut records: HashMap<String, (i64, Vec<Cell>)> = HashMap::new();
    let mut taken = 0;
    loop {
        let rows = second.rows.next_rows(4096).map_err(fault)?;
        if rows.is_empty() {
            break;
        }
        for row in rows {
            let name = row.cells.get(key).map(|cell| values::code(&cell.text())).unwrap_or_default();
            taken += room(&name, &row.cells);
            if taken > ROOM {
                let (file, limit_mb) = (second.file_name, ROOM >> 20);
                return Err(IngestError::JoinTooLarge { mapping: mapping.name.clone(), file, limit_mb });
            }
            records.entry(name).and_modify(|(count, _)| *count += 1).or_insert((1, row.cells));
        }
    }
    let mut columns = opened.columns;
    columns.extend(second.columns.iter().map(|name| format!("join.{name}")));
    columns.push(COUNT_COLUMN.to_owned());
    let mut hasher = Sha256::new();
    hasher.update(&opened.sha256);
    hasher.update(&second.sha256);
    let width = second.columns.len();
    Ok(Opened {
        columns,
        sha256: hex(&hasher.finalize()),
        rows: Box::new(Joined { inner: opened.rows, records, on, width }),
        ..opened
    })
}

/// What a record takes of the memory, bytes, about.
fn room(name: &str, cells: &[Cell]) -> usize {
    let text = |cell: &Cell| if let Cell::Text(text) = cell { text.len() } else { 0 };
    let of_entry = size_of::<(String, (i64, Vec<Cell>))>() * 2;
    of_entry + name.len() + size_of_val(cells) + cells.iter().map(text).sum::<usize>()
}

struct Joined {
    inner: Box<dyn Rows>,
    records: HashMap<String, (i64, Vec<Cell>)>,
    on: usize,
    width: usize,
}

impl Rows for Joined {
    fn next_rows(&mut self, limit: usize) -> Result<Vec<RawRow>, IngestError> {
        let mut rows = self.inner.next_rows(limit)?;
        for row in &mut rows {
            let name = row.cells.get(self.on).map(|cell| values::code(&cell.text())).unwrap_or_default();
            let (count, record) = self.records.get(&name).map_or((0, None), |(count, cells)| (*count, Some(cells)));
            let mut beside = match record {
                Some(cells) if count == 1 => cells.clone(),
                _ => Vec::new(),
            };
            beside.resize(self.width, Cell::Empty);
            row.cells.append(&mut beside);
            row.cells.push(Cell::Whole(count));
        }
        Ok(rows)
    }

    fn warnings(&mut self) -> Vec<String> {
        self.inner.warnings()
    }

    fn issues(&mut self) -> Vec<IngestIssue> {
        self.inner.issues()
    }
}
