//! Text tables: comma, semicolon or tab; UTF-8 with or without mark, UTF-16, GBK. Read by hand because the encoding
//! must be found before a byte is taken for a comma, and because headers may stand twice.

use super::{
    IngestError, IngestIssue, IssueCode, encoding,
    source::{Cell, DeclaredCrs, Found, Held, Opened, RawRow, Request, Shape, row_number},
};

/// Opens a text table.
pub(super) fn open(found: Found, request: Request<'_>) -> Result<Opened, IngestError> {
    let bytes = found.bytes()?;
    let (text, decision) = encoding::decode_file(request.encoding, &bytes);
    let mut records = records(&text, separator(&text));
    if records.is_empty() {
        return Err(IngestError::NoRows { path: found.shown, passed_over: String::new() });
    }
    let columns = numbered(records.remove(0));
    let mut rows = Vec::with_capacity(records.len());
    for (index, mut record) in records.into_iter().enumerate() {
        record.resize(columns.len().max(record.len()), String::new());
        record.truncate(columns.len());
        let cells = record.into_iter().map(|text| if text.is_empty() { Cell::Empty } else { Cell::Text(text) }).collect();
        rows.push(RawRow { number: row_number(&found.shown, index)?, cells, shape: Shape::Absent });
    }
    let mut issues = Vec::new();
    if let Some(note) = decision.note {
        issues.push(IngestIssue::new(IssueCode::EncodingSniffed, note));
    }
    Ok(Opened {
        sha256: found.sha256()?,
        path: found.shown,
        file_name: found.file_name,
        layer_name: None,
        columns,
        encoding: Some(encoding::name(decision.encoding)),
        has_geometry: false,
        cuts_names: false,
        crs: DeclaredCrs::Missing,
        claimed_rows: None,
        issues,
        rows: Box::new(Held::new(rows)),
    })
}

/// A header that stands twice gets `#2`, `#3` … behind its name, by position.
pub(super) fn numbered(headers: Vec<String>) -> Vec<String> {
    let mut seen: std::collections::HashMap<String, usize> = std::collections::HashMap::new();
    headers
        .into_iter()
        .map(|header| {
            let name = header.trim().trim_start_matches('\u{feff}').to_owned();
            let count = seen.entry(name.clone()).and_modify(|count| *count += 1).or_insert(1);
            if *count == 1 { name } else { format!("{name}#{count}") }
        })
        .collect()
}

/// The mark that stands most often in the first line, outside quotes.
fn separator(text: &str) -> char {
    let mut quoted = false;
    let mut counts = [(',', 0), ('\t', 0), (';', 0)];
    for c in text.chars() {
        match c {
            '"' => quoted = !quoted,
            '\n' | '\r' if !quoted => break,
            _ if quoted => {}
            _ => counts.iter_mut().filter(|(mark, _)| *mark == c).for_each(|(_, count)| *count += 1),
        }
    }
    let mut best = counts[0];
    for candidate in &counts[1..] {
        if candidate.1 > best.1 {
            best = *candidate;
        }
    }
    best.0
}

/// Records by RFC 4180: quotes may hold separators, line ends and doubled quotes. Blank lines are skipped.
fn records(text: &str, separator: char) -> Vec<Vec<String>> {
    let mut records = Vec::new();
    let mut record: Vec<String> = Vec::new();
    let mut field = String::new();
    let mut quoted = false;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if quoted {
            match c {
                '"' if chars.peek() == Some(&'"') => {
                    chars.next();
                    field.push('"');
                }
                '"' => quoted = false,
                other => field.push(other),
            }
            continue;
        }
        match c {
            '"' if field.is_empty() => quoted = true,
            '\r' if chars.peek() == Some(&'\n') => {}
            '\n' | '\r' => {
                record.push(std::mem::take(&mut field));
                finish(&mut records, &mut record);
            }
            c if c == separator => record.push(std::mem::take(&mut field)),
            other => field.push(other),
        }
    }
    if !field.is_empty() || !record.is_empty() {
        record.push(field);
        finish(&mut records, &mut record);
    }
    records
}

fn finish(records: &mut Vec<Vec<String>>, record: &mut Vec<String>) {
    let complete = std::mem::take(record);
    if complete.iter().any(|field| !field.trim().is_empty()) {
        records.push(complete);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_hold_what_they_enclose() {
        let found = records("a,b\r\n\"x,1\",\"he said \"\"no\"\"\"\r\n\r\n\"two\nlines\",\n", ',');
        assert_eq!(found, vec![vec!["a", "b"], vec!["x,1", "he said \"no\""], vec!["two\nlines", ""]]);
    }

    #[test]
    fn the_separator_is_the_one_the_header_uses() {
        assert_eq!(separator("a\tb\tc,d\n1,2,3,4,5"), '\t');
        assert_eq!(separator("\"a;b;c\",d\n"), ',');
        assert_eq!(separator("alone"), ',');
    }

    #[test]
    fn a_header_that_stands_twice_is_told_apart_by_position() {
        let names = ["\u{feff}土地用途", "面积", "土地用途"].map(str::to_owned).to_vec();
        assert_eq!(numbered(names), ["土地用途", "面积", "土地用途#2"]);
    }
}
