//! What goes over the pipe: a mark with a version, then frames of one byte of kind, four of length, and content.
//! Rows are packed by hand, a block a frame; all else is small and rare, and is JSON.

use std::io::{self, Read};

use chrono::{Datelike, NaiveDate};

use super::{
    order::{Ending, Header},
    refusal::Refusal,
};
use crate::ingest::{
    IssueCode,
    source::{Cell, LayerSummary, RawRow, Shape},
};

/// The first bytes; the last of them is the version of the form.
pub(super) const MARK: [u8; 8] = *b"MUJUNRD1";

/// The largest frame. A block of rows is closed far below it; only a single huge row comes near.
const FRAME_LIMIT: u32 = 1 << 30;

const HEADER: u8 = b'H';
const LAYERS: u8 = b'L';
const ROWS: u8 = b'R';
const END: u8 = b'E';
const REFUSED: u8 = b'X';

/// One message of a reader.
#[derive(Debug)]
pub(super) enum Frame {
    /// What the file is; comes first.
    Header(Header),
    /// What is in the file, when only that was asked.
    Layers(Vec<LayerSummary>),
    /// Some rows.
    Rows(Vec<RawRow>),
    /// The rows are over.
    End(Ending),
    /// The file cannot be taken; comes last.
    Refused(Refusal),
}

/// Why there is no further frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FrameError {
    /// The stream is over.
    Ended,
    /// The bytes are no frame.
    Malformed,
}

impl Frame {
    /// The frame as bytes.
    pub fn to_bytes(&self) -> io::Result<Vec<u8>> {
        let (kind, content) = match self {
            Frame::Header(header) => (HEADER, serde_json::to_vec(header)?),
            Frame::Layers(layers) => (LAYERS, serde_json::to_vec(layers)?),
            Frame::End(ending) => (END, serde_json::to_vec(ending)?),
            Frame::Refused(refusal) => (REFUSED, serde_json::to_vec(refusal)?),
            Frame::Rows(rows) => (ROWS, encode_rows(rows)),
        };
        let mut bytes = Vec::with_capacity(content.len() + 5);
        bytes.push(kind);
        bytes.extend(u32::try_from(content.len()).map_err(io::Error::other)?.to_le_bytes());
        bytes.extend(content);
        Ok(bytes)
    }
}

/// Reads frames off a stream.
pub(super) struct FrameReader<R> {
    stream: R,
    is_marked: bool,
}

impl<R: Read> FrameReader<R> {
    /// From the beginning of the stream.
    pub fn new(stream: R) -> FrameReader<R> {
        FrameReader { stream, is_marked: false }
    }

    /// The next frame.
    pub fn next(&mut self) -> Result<Frame, FrameError> {
        if !self.is_marked {
            let mut mark = [0; MARK.len()];
            self.stream.read_exact(&mut mark).map_err(|_| FrameError::Ended)?;
            if mark != MARK {
                return Err(FrameError::Malformed);
            }
            self.is_marked = true;
        }
        let mut head = [0; 5];
        self.stream.read_exact(&mut head).map_err(|_| FrameError::Ended)?;
        let [kind, length @ ..] = head;
        let length = u32::from_le_bytes(length);
        if length > FRAME_LIMIT {
            return Err(FrameError::Malformed);
        }
        // Grows with what really comes, whatever the length claims.
        let mut content = Vec::with_capacity((length as usize).min(4 << 20));
        let read = (&mut self.stream).take(u64::from(length)).read_to_end(&mut content).map_err(|_| FrameError::Ended)?;
        if read < length as usize {
            return Err(FrameError::Ended);
        }
        let malformed = |_| FrameError::Malformed;
        Ok(match kind {
            HEADER => Frame::Header(serde_json::from_slice(&content).map_err(malformed)?),
            LAYERS => Frame::Layers(serde_json::from_slice(&content).map_err(malformed)?),
            ROWS => Frame::Rows(decode_rows(&content).ok_or(FrameError::Malformed)?),
            END => Frame::End(serde_json::from_slice(&content).map_err(malformed)?),
            REFUSED => Frame::Refused(serde_json::from_slice(&content).map_err(malformed)?),
            _ => return Err(FrameError::Malformed),
        })
    }
}

/// Rows as bytes.
pub(in crate::ingest) fn encode_rows(rows: &[RawRow]) -> Vec<u8> {
    let mut out = Vec::with_capacity(rows.len() * 256);
    put_length(&mut out, rows.len());
    for row in rows {
        out.extend(row.number.to_le_bytes());
        put_length(&mut out, row.cells.len());
        for cell in &row.cells {
            put_cell(&mut out, cell);
        }
        put_shape(&mut out, &row.shape);
    }
    out
}

fn put_length(out: &mut Vec<u8>, length: usize) {
    // Blocks are bounded far below 4 GiB where they are built.
    out.extend(u32::try_from(length).unwrap_or(u32::MAX).to_le_bytes());
}

fn put_bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    put_length(out, bytes.len());
    out.extend_from_slice(bytes);
}

fn put_cell(out: &mut Vec<u8>, cell: &Cell) {
    match cell {
        Cell::Empty => out.push(0),
        Cell::Text(text) => {
            out.push(1);
            put_bytes(out, text.as_bytes());
        }
        Cell::Number(number) => {
            out.push(2);
            out.extend(number.to_le_bytes());
        }
        Cell::Whole(number) => {
            out.push(3);
            out.extend(number.to_le_bytes());
        }
        Cell::Date(day) => {
            out.push(4);
            out.extend(day.num_days_from_ce().to_le_bytes());
        }
    }
}

fn put_shape(out: &mut Vec<u8>, shape: &Shape) {
    match shape {
        Shape::Absent => out.push(0),
        Shape::Missing => out.push(1),
        Shape::Polygons { wkb, had_heights, had_other_parts } => {
            out.push(2);
            out.push(u8::from(*had_heights) | u8::from(*had_other_parts) << 1);
            put_bytes(out, wkb);
        }
        Shape::Other(kind) => {
            out.push(3);
            put_bytes(out, kind.as_bytes());
        }
        Shape::Faulty(code, message) => {
            out.push(4);
            put_bytes(out, code.code().as_bytes());
            put_bytes(out, message.as_bytes());
        }
    }
}

/// Rows out of bytes; none when they are not exactly rows.
pub(in crate::ingest) fn decode_rows(bytes: &[u8]) -> Option<Vec<RawRow>> {
    let mut taker = Taker(bytes);
    // A row takes at least nine bytes, a cell one.
    let count = taker.count(9)?;
    let mut rows = Vec::with_capacity(count);
    for _ in 0..count {
        let number = i32::from_le_bytes(taker.array()?);
        let width = taker.count(1)?;
        let mut cells = Vec::with_capacity(width);
        for _ in 0..width {
            cells.push(taker.cell()?);
        }
        rows.push(RawRow { number, cells, shape: taker.shape()? });
    }
    taker.0.is_empty().then_some(rows)
}

struct Taker<'b>(&'b [u8]);

impl<'b> Taker<'b> {
    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (head, rest) = self.0.split_first_chunk::<N>()?;
        self.0 = rest;
        Some(*head)
    }

    fn length(&mut self) -> Option<usize> {
        Some(u32::from_le_bytes(self.array()?) as usize)
    }

    /// A count of things of at least `least` bytes each, as many as there can still be.
    fn count(&mut self, least: usize) -> Option<usize> {
        self.length().filter(|count| count.saturating_mul(least) <= self.0.len())
    }

    fn bytes(&mut self) -> Option<&'b [u8]> {
        let length = self.length()?;
        let (head, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(head)
    }

    fn text(&mut self) -> Option<String> {
        String::from_utf8(self.bytes()?.to_vec()).ok()
    }

    fn cell(&mut self) -> Option<Cell> {
        Some(match self.array::<1>()? {
            [0] => Cell::Empty,
            [1] => Cell::Text(self.text()?),
            [2] => Cell::Number(f64::from_le_bytes(self.array()?)),
            [3] => Cell::Whole(i64::from_le_bytes(self.array()?)),
            [4] => Cell::Date(NaiveDate::from_num_days_from_ce_opt(i32::from_le_bytes(self.array()?))?),
            _ => return None,
        })
    }

    fn shape(&mut self) -> Option<Shape> {
        Some(match self.array::<1>()? {
            [0] => Shape::Absent,
            [1] => Shape::Missing,
            [2] => {
                let [marks] = self.array()?;
                if marks > 3 {
                    return None;
                }
                Shape::Polygons { wkb: self.bytes()?.to_vec(), had_heights: marks & 1 != 0, had_other_parts: marks & 2 != 0 }
            }
            [3] => Shape::Other(self.text()?),
            [4] => Shape::Faulty(IssueCode::from_code(&self.text()?)?, self.text()?),
            _ => return None,
        })
    }
}
