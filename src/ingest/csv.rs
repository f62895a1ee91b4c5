//! Text tables: comma, semicolon or tab; UTF-8 with or without mark, UTF-16, GBK. Read by hand because the encoding
//! must be found before a byte is taken for a comma, and because headers may stand twice.
//!
//! Read as a stream: memory is a record, whatever the size of the file.

use std::io::Read;

use super::{
    IngestError, IngestIssue, IssueCode, digest, encoding,
    source::{COLUMN_LIMIT, Cell, DeclaredCrs, Found, HANDED_ON, Opened, RawRow, Request, Rows, Shape, row_number, stretch},
    written_shape,
};

/// The longest field, bytes: the text of an outline of two million vertices is shorter.
const FIELD_LIMIT: usize = 64 << 20;

/// The longest record, bytes.
const RECORD_LIMIT: usize = 2 * FIELD_LIMIT;

/// Opens a text table.
pub(super) fn open(found: Found, request: Request<'_>) -> Result<Opened, IngestError> {
    let unreadable = |source| found.unreadable(source);
    // The form of the whole file is looked at, since a single character far down may be what tells.
    let is_utf8 = digest::is_utf8(found.reader()?).map_err(unreadable)?;
    let decision = encoding::decide_start(request.encoding, &found.start, is_utf8);
    let text = TextStream::new(found.reader()?, decision.encoding);
    let mut records = Records::new(text, &found)?;
    let Some(header) = records.next(&found)? else {
        return Err(IngestError::NoRows { path: found.shown, passed_over: String::new() });
    };
    let columns = numbered(header);
    let mut issues = Vec::new();
    if let Some(note) = decision.note {
        issues.push(IngestIssue::new(IssueCode::EncodingSniffed, note));
    }
    let opened = Opened {
        sha256: found.sha256()?,
        path: found.shown.clone(),
        file_name: found.file_name.clone(),
        layer_name: None,
        encoding: Some(encoding::name(decision.encoding)),
        has_geometry: false,
        cuts_names: false,
        crs: DeclaredCrs::Missing,
        claimed_rows: None,
        issues,
        rows: Box::new(Lines { found, records, width: columns.len(), read: 0 }),
        columns,
    };
    written_shape::attach(opened)
}

struct Lines {
    found: Found,
    records: Records,
    width: usize,
    read: usize,
}

impl Rows for Lines {
    fn next_rows(&mut self, limit: usize) -> Result<Vec<RawRow>, IngestError> {
        stretch(limit, HANDED_ON, || {
            let Some(mut record) = self.records.next(&self.found)? else { return Ok(None) };
            record.resize(self.width, String::new());
            let cells = record.into_iter().map(|text| if text.is_empty() { Cell::Empty } else { Cell::Text(text) }).collect();
            let number = row_number(&self.found.shown, self.read)?;
            self.read += 1;
            Ok(Some(RawRow { number, cells, shape: Shape::Absent }))
        })
    }
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

/// Text out of bytes, a block at a time.
pub(super) struct TextStream {
    bytes: Box<dyn Read>,
    decoder: encoding_rs::Decoder,
    block: Vec<u8>,
    is_over: bool,
}

impl TextStream {
    /// Text in this encoding; a byte order mark is passed over.
    pub fn new(bytes: Box<dyn Read>, encoding: &'static encoding_rs::Encoding) -> TextStream {
        TextStream { bytes, decoder: encoding.new_decoder_with_bom_removal(), block: vec![0; 1 << 16], is_over: false }
    }

    /// The next piece; none at the end.
    fn next(&mut self) -> std::io::Result<Option<String>> {
        while !self.is_over {
            let read = self.bytes.read(&mut self.block)?;
            self.is_over = read == 0;
            let room = self.decoder.max_utf8_buffer_length(read).unwrap_or(4 * read + 16);
            let mut text = String::with_capacity(room);
            let _ = self.decoder.decode_to_string(&self.block[..read], &mut text, self.is_over);
            if !text.is_empty() {
                return Ok(Some(text));
            }
        }
        Ok(None)
    }
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
struct Records {
    text: TextStream,
    parser: Parser,
    ready: std::collections::VecDeque<Vec<String>>,
    is_over: bool,
}

impl Records {
    fn new(mut text: TextStream, found: &Found) -> Result<Records, IngestError> {
        let first = text.next().map_err(|source| found.unreadable(source))?.unwrap_or_default();
        // No program writes a zero into a text; whatever has one is something else with the name of a table.
        if first.contains('\0') {
            let detail = "扩展名是文本表格，内容却不是文本（含空字符）".to_owned();
            return Err(IngestError::UnknownFormat { path: found.shown.clone(), detail });
        }
        let mut parser = Parser::new(separator(&first));
        let mut ready = std::collections::VecDeque::new();
        parser.take(&first, &mut ready).map_err(|fault| fault.of(found))?;
        Ok(Records { text, parser, ready, is_over: false })
    }

    fn next(&mut self, found: &Found) -> Result<Option<Vec<String>>, IngestError> {
        while self.ready.is_empty() && !self.is_over {
            match self.text.next().map_err(|source| found.unreadable(source))? {
                Some(piece) => self.parser.take(&piece, &mut self.ready).map_err(|fault| fault.of(found))?,
                None => {
                    self.is_over = true;
                    self.parser.finish(&mut self.ready);
                }
            }
        }
        Ok(self.ready.pop_front())
    }
}

/// Where a text breaks the bounds.
#[derive(Debug)]
enum Beyond {
    Field { record: usize, column: usize },
    Columns,
}

impl Beyond {
    fn of(&self, found: &Found) -> IngestError {
        let path = found.shown.clone();
        match *self {
            Beyond::Field { record, column } => IngestError::CellTooLong {
                path,
                row: i32::try_from(record).unwrap_or(i32::MAX),
                column: column + 1,
                limit_kib: FIELD_LIMIT >> 10,
            },
            Beyond::Columns => IngestError::TooManyColumns { path, found: COLUMN_LIMIT + 1, limit: COLUMN_LIMIT },
        }
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Within {
    Plain,
    Quotes,
    /// A quotation mark within quotes: the end of them, or the first of two.
    Mark,
}

/// The state between two characters, so that text may come in pieces.
struct Parser {
    separator: char,
    record: Vec<String>,
    field: String,
    within: Within,
    after_return: bool,
    /// Bytes of the record so far.
    length: usize,
    records: usize,
}

impl Parser {
    fn new(separator: char) -> Parser {
        let (record, field) = (Vec::new(), String::new());
        Parser { separator, record, field, within: Within::Plain, after_return: false, length: 0, records: 0 }
    }

    fn take(&mut self, text: &str, ready: &mut std::collections::VecDeque<Vec<String>>) -> Result<(), Beyond> {
        for c in text.chars() {
            let after_return = std::mem::take(&mut self.after_return);
            match (self.within, c) {
                (Within::Quotes, '"') => self.within = Within::Mark,
                (Within::Quotes, other) => self.push(other)?,
                (Within::Mark, '"') => {
                    self.within = Within::Quotes;
                    self.push('"')?;
                }
                (_, '"') if self.field.is_empty() && self.within == Within::Plain => self.within = Within::Quotes,
                (_, '\n') if after_return => {}
                (_, '\n' | '\r') => {
                    self.after_return = c == '\r';
                    self.end_field()?;
                    self.end_record(ready);
                }
                (_, c) if c == self.separator => self.end_field()?,
                (_, other) => {
                    self.within = Within::Plain;
                    self.push(other)?;
                }
            }
        }
        Ok(())
    }

    fn push(&mut self, c: char) -> Result<(), Beyond> {
        self.length += c.len_utf8();
        if self.field.len() >= FIELD_LIMIT || self.length >= RECORD_LIMIT {
            return Err(Beyond::Field { record: self.records, column: self.record.len() });
        }
        self.field.push(c);
        Ok(())
    }

    fn end_field(&mut self) -> Result<(), Beyond> {
        self.within = Within::Plain;
        if self.record.len() >= COLUMN_LIMIT {
            return Err(Beyond::Columns);
        }
        self.record.push(std::mem::take(&mut self.field));
        Ok(())
    }

    fn end_record(&mut self, ready: &mut std::collections::VecDeque<Vec<String>>) {
        let complete = std::mem::take(&mut self.record);
        self.length = 0;
        if complete.iter().any(|field| !field.trim().is_empty()) {
            self.records += 1;
            ready.push_back(complete);
        }
    }

    fn finish(&mut self, ready: &mut std::collections::VecDeque<Vec<String>>) {
        if !self.field.is_empty() || !self.record.is_empty() {
            self.record.push(std::mem::take(&mut self.field));
            self.end_record(ready);
        }
    }
}

/// The records of a text that is held whole; for trials.
pub(super) fn trial(text: &str) -> Option<Vec<Vec<String>>> {
    let mut ready = std::collections::VecDeque::new();
    let mut parser = Parser::new(separator(text));
    parser.take(text, &mut ready).ok()?;
    parser.finish(&mut ready);
    Some(ready.into())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn quotes_hold_what_they_enclose() {
        let found = trial("a,b\r\n\"x,1\",\"he said \"\"no\"\"\"\r\n\r\n\"two\nlines\",\n").unwrap();
        assert_eq!(found, vec![vec!["a", "b"], vec!["x,1", "he said \"no\""], vec!["two\nlines", ""]]);
        assert_eq!(trial("a,\"b\"c\r1,2").unwrap(), vec![vec!["a", "bc"], vec!["1", "2"]]);
        assert_eq!(trial("a,\"\",\"\"\"\"\n").unwrap(), vec![vec!["a", "", "\""]]);
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

    proptest! {
        #[test]
        fn it_does_not_matter_where_the_text_is_cut(text in "[ab\",\r\n]{0,40}", cut in 0usize..40) {
            let (mut one, mut two) = (std::collections::VecDeque::new(), std::collections::VecDeque::new());
            let mut whole = Parser::new(',');
            whole.take(&text, &mut one).unwrap();
            whole.finish(&mut one);
            let mut pieces = Parser::new(',');
            let cut = cut.min(text.len());
            pieces.take(&text[..cut], &mut two).unwrap();
            pieces.take(&text[cut..], &mut two).unwrap();
            pieces.finish(&mut two);
            prop_assert_eq!(one, two);
        }

        #[test]
        fn what_is_written_with_quotes_is_read_back(fields in prop::collection::vec(".{0,8}", 1..5)) {
            let line: Vec<String> = fields.iter().map(|field| format!("\"{}\"", field.replace('"', "\"\""))).collect();
            let read = trial(&format!("h{}\n{}\n", ",h".repeat(8), line.join(","))).unwrap();
            if fields.iter().any(|field| !field.trim().is_empty()) {
                prop_assert_eq!(&read[1], &fields);
            }
        }
    }
}
