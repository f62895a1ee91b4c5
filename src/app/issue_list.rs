//! 问题清单：every issue of one import as a file, a line of JSON each, whatever their number. A preview has nothing in the database,
//! and no report could hold a million issues; so they are written as they are found, and read page by page.
//!
//! Beside the list lies an index: the ordinal and place of every thousandth line, so that a page far behind is found at once.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::app::query::{IssueFilter, IssueRow};
use crate::ingest::IngestIssue;

/// Lines from one entry of the index to the next.
const STRIDE: u64 = 1_000;

fn listed(ordinal: i32, issue: &IngestIssue) -> IssueRow {
    IssueRow {
        ordinal,
        code: issue.code.to_owned(),
        severity: issue.severity.as_str().to_owned(),
        party: issue.party.as_str().to_owned(),
        row_number: issue.row,
        column_name: issue.column.clone(),
        value: issue.value.clone(),
        message: issue.message.clone(),
        remedy: issue.remedy.clone(),
        lon: issue.place.map(|(lon, _)| lon),
        lat: issue.place.map(|(_, lat)| lat),
        raw_row: None,
    }
}

/// As much of a line as a filter asks for.
#[derive(Deserialize)]
struct Head<'a> {
    ordinal: i32,
    #[serde(borrow)]
    code: &'a str,
    #[serde(borrow)]
    severity: &'a str,
    #[serde(borrow)]
    party: &'a str,
}

/// A list that is being written. The issues of the rows come first, but those of the file as a whole stand before them.
pub(super) struct IssueListWriter {
    path: PathBuf,
    of_rows: BufWriter<File>,
}

impl IssueListWriter {
    /// A list to be found at this path when it is concluded.
    pub fn create(path: &Path) -> io::Result<IssueListWriter> {
        let folder = path.parent().unwrap_or(Path::new("."));
        // Without a name: it goes with this process, however that ends.
        Ok(IssueListWriter { path: path.to_owned(), of_rows: BufWriter::new(tempfile::tempfile_in(folder)?) })
    }

    /// The next issue of the rows.
    pub fn push(&mut self, ordinal: i32, issue: &IngestIssue) -> io::Result<()> {
        line(&mut self.of_rows, ordinal, issue)
    }

    /// Puts the issues of the file as a whole before all others.
    pub fn conclude<'i>(self, of_file: impl Iterator<Item = (i32, &'i IngestIssue)>) -> io::Result<()> {
        let mut of_rows = self.of_rows.into_inner().map_err(io::IntoInnerError::into_error)?;
        of_rows.seek(SeekFrom::Start(0))?;
        let mut list = BufWriter::new(File::create(&self.path)?);
        for (ordinal, issue) in of_file {
            line(&mut list, ordinal, issue)?;
        }
        io::copy(&mut of_rows, &mut list)?;
        list.flush()?;
        write_index(&self.path)
    }
}

fn line(out: &mut impl Write, ordinal: i32, issue: &IngestIssue) -> io::Result<()> {
    serde_json::to_writer(&mut *out, &listed(ordinal, issue))?;
    out.write_all(b"\n")
}

fn index_of(list: &Path) -> PathBuf {
    list.with_extension("index")
}

fn write_index(list: &Path) -> io::Result<()> {
    let mut lines = BufReader::new(File::open(list)?);
    let mut index = BufWriter::new(File::create(index_of(list))?);
    let (mut at, mut number, mut text) = (0_u64, 0_u64, Vec::new());
    loop {
        text.clear();
        let read = lines.read_until(b'\n', &mut text)?;
        if read == 0 {
            return index.flush();
        }
        if number.is_multiple_of(STRIDE) {
            let head: Head<'_> = serde_json::from_slice(&text)?;
            index.write_all(&i64::from(head.ordinal).to_le_bytes())?;
            index.write_all(&at.to_le_bytes())?;
        }
        at += read as u64;
        number += 1;
    }
}

/// The place of a line at or before the first whose ordinal is greater than `after`; the beginning where there is no index.
fn place_before(list: &Path, after: i32) -> io::Result<u64> {
    let mut index = Vec::new();
    match File::open(index_of(list)) {
        Ok(mut file) => file.read_to_end(&mut index)?,
        Err(missing) if missing.kind() == io::ErrorKind::NotFound => 0,
        Err(other) => return Err(other),
    };
    let number = |bytes: &[u8]| bytes.try_into().map(u64::from_le_bytes).unwrap_or_default();
    let entries = index.chunks_exact(16).map(|entry| (number(&entry[..8]), number(&entry[8..])));
    let before = entries.take_while(|(ordinal, _)| *ordinal <= u64::try_from(after).unwrap_or_default());
    Ok(before.last().map_or(0, |(_, place)| place))
}

/// Issues of a list in their order: those that answer the filter and stand behind the ordinal `after`, at most `limit`, and whether
/// there are more.
///
/// # Errors
/// The file cannot be read; that there is none is an empty list.
pub(super) fn page(path: &Path, filter: &IssueFilter, after: i32, limit: usize) -> io::Result<(Vec<IssueRow>, More)> {
    let mut file = match File::open(path) {
        Ok(file) => file,
        Err(missing) if missing.kind() == io::ErrorKind::NotFound => return Ok((Vec::new(), More::No)),
        Err(other) => return Err(other),
    };
    file.seek(SeekFrom::Start(place_before(path, after)?))?;
    let mut lines = BufReader::new(file);
    let (mut found, mut text) = (Vec::new(), String::new());
    loop {
        text.clear();
        if lines.read_line(&mut text)? == 0 {
            return Ok((found, More::No));
        }
        let head: Head<'_> = serde_json::from_str(&text)?;
        if head.ordinal <= after || !filter.takes(head.severity, head.party, head.code) {
            continue;
        }
        if found.len() == limit {
            return Ok((found, More::Yes));
        }
        found.push(serde_json::from_str(&text)?);
    }
}

/// Whether more follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum More {
    Yes,
    No,
}

/// Hands on every line of a list, a JSON object each, in their order.
///
/// # Errors
/// The file cannot be read; that there is none is an empty list.
pub fn each_line(path: &Path, take: &mut dyn FnMut(&str)) -> io::Result<()> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(missing) if missing.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(other) => return Err(other),
    };
    for line in BufReader::new(file).lines() {
        take(&line?);
    }
    Ok(())
}

/// Removes a list and its index, if there is one.
pub(super) fn remove(path: &Path) -> io::Result<()> {
    for path in [path.to_owned(), index_of(path)] {
        match fs::remove_file(path) {
            Err(fault) if fault.kind() != io::ErrorKind::NotFound => return Err(fault),
            _ => {}
        }
    }
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::ingest::IssueCode;

    #[test]
    fn every_issue_is_met_once_page_by_page_with_and_without_a_filter() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("issues.jsonl");
        assert_eq!(page(&path, &IssueFilter::default(), 0, 10).unwrap(), (Vec::new(), More::No));
        let issue = |ordinal: i32| {
            let code = if ordinal % 7 == 0 { IssueCode::DuplicateKey } else { IssueCode::AreaDisagrees };
            IngestIssue::new(code, format!("第 {ordinal} 处“引号”\n换行")).with_row(ordinal)
        };
        let mut writer = IssueListWriter::create(&path).unwrap();
        for ordinal in 1_001..6_500 {
            writer.push(ordinal, &issue(ordinal)).unwrap();
        }
        let of_file: Vec<IngestIssue> = (1..=3).map(issue).collect();
        writer.conclude((1..).zip(&of_file)).unwrap();
        let sevens = IssueFilter { code: Some("ING-003".to_owned()), ..IssueFilter::default() };
        for (filter, expected) in [
            (IssueFilter::default(), (1..=3).chain(1_001..6_500).collect::<Vec<i32>>()),
            (sevens, (1_001..6_500).filter(|ordinal| ordinal % 7 == 0).collect()),
        ] {
            let (mut met, mut after) = (Vec::new(), 0);
            loop {
                let (rows, more) = page(&path, &filter, after, 700).unwrap();
                met.extend(rows.iter().map(|row| row.ordinal));
                after = *met.last().unwrap();
                if more == More::No {
                    break;
                }
                assert_eq!(rows.len(), 700);
            }
            assert_eq!(met, expected);
        }
        let mut lines = 0;
        each_line(&path, &mut |line| {
            serde_json::from_str::<IssueRow>(line).unwrap();
            lines += 1;
        })
        .unwrap();
        assert_eq!(lines, 5_502);
        remove(&path).unwrap();
        remove(&path).unwrap();
        assert!(fs::read_dir(folder.path()).unwrap().next().is_none());
    }
}
