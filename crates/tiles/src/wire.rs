//! The bytes of a vector tile: protocol buffers by hand, because a tile is nothing but these bytes and serving them fast is the point.

use crate::{
    column::{Column, Dictionary},
    features::Features,
    shape::Point,
    world::EXTENT,
};

const POINT: u8 = 1;
const POLYGON: u8 = 3;

/// Writes a number in sevens of bits.
pub(crate) fn varint(into: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        into.push(value as u8 | 0x80);
        value >>= 7;
    }
    into.push(value as u8);
}

fn zigzag(value: i32) -> u32 {
    ((value << 1) ^ (value >> 31)) as u32
}

/// Leaves room for a length; [`end_length`] fills it in.
fn begin_length(into: &mut Vec<u8>) -> usize {
    into.push(0);
    into.len()
}

fn end_length(into: &mut Vec<u8>, from: usize) {
    let length = into.len() - from;
    if length < 0x80 {
        into[from - 1] = length as u8;
        return;
    }
    // Rare: make room for a longer length.
    let more = (usize::BITS - length.leading_zeros()).div_ceil(7) as usize - 1;
    into.resize(into.len() + more, 0);
    into.copy_within(from..from + length, from + more);
    let mut left = length;
    for byte in &mut into[from - 1..from + more] {
        *byte = (left & 0x7f) as u8 | 0x80;
        left >>= 7;
    }
    into[from + more - 1] &= 0x7f;
}

/// Which column becomes which key.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Written {
    pub(crate) column: usize,
}

/// Numbers whose place in the tile is remembered, so that one that repeats is written once.
const REMEMBERED: usize = 256;

/// Columns of numbers and of counts that stand in no column, whatever their keys are.
const NUMBERS: u32 = u32::MAX;
const COUNTS: u32 = u32::MAX - 1;

/// Where values that may repeat already stand in the layer that is being written. Entries of earlier layers are told by their round.
#[derive(Default)]
struct Memory {
    /// By column: word number, or flag, to (round, place).
    words: Vec<Vec<(u32, u32)>>,
    /// (round, column, bits, place).
    numbers: Vec<(u32, u32, u64, u32)>,
    round: u32,
}

/// One layer of a tile being written.
#[derive(Default)]
pub(crate) struct LayerWriter {
    features: Vec<u8>,
    values: Vec<u8>,
    value_count: u32,
    pub(crate) count: usize,
    memory: Memory,
}

impl LayerWriter {
    /// Begins a layer with so many columns.
    pub(crate) fn begin(&mut self, columns: usize) {
        self.features.clear();
        self.values.clear();
        (self.value_count, self.count) = (0, 0);
        self.memory.round = self.memory.round.wrapping_add(1);
        if self.memory.round == 0 {
            // After 2³² layers old rounds could be mistaken for new ones.
            self.memory = Memory { round: 1, ..Memory::default() };
        }
        if self.memory.words.len() < columns {
            self.memory.words.resize(columns, Vec::new());
        }
        self.memory.numbers.resize(REMEMBERED, (0, 0, 0, 0));
    }

    fn begin_feature(&mut self) -> usize {
        self.count += 1;
        self.features.push(0x12);
        begin_length(&mut self.features)
    }

    /// A feature with its attributes; its geometry is written by `geometry`.
    pub(crate) fn feature(
        &mut self,
        of: &Features,
        dictionaries: &[Dictionary],
        at: usize,
        columns: &[Written],
        geometry: impl FnOnce(&mut Vec<u8>),
    ) {
        let from = self.begin_feature();
        self.features.push(0x08);
        varint(&mut self.features, of.raw.ids[at]);
        if !columns.is_empty() {
            self.features.push(0x12);
            let tags = begin_length(&mut self.features);
            for (key, written) in columns.iter().enumerate() {
                let column = written.column;
                if let Some(place) = self.value_of(&of.raw.columns[column], column, &dictionaries[column], at) {
                    varint(&mut self.features, key as u64);
                    varint(&mut self.features, u64::from(place));
                }
            }
            end_length(&mut self.features, tags);
        }
        geometry(&mut self.features);
        end_length(&mut self.features, from);
    }

    /// A feature without an id, whose attributes are given as keys and values.
    pub(crate) fn loose_feature<'a>(
        &mut self,
        tags: impl Iterator<Item = (u32, Loose<'a>)>,
        geometry: impl FnOnce(&mut Vec<u8>),
    ) {
        let from = self.begin_feature();
        self.features.push(0x12);
        let tags_from = begin_length(&mut self.features);
        for (key, value) in tags {
            let place = match value {
                Loose::Number(number) => self.number(NUMBERS as usize, number),
                Loose::Count(count) => self.remembered(COUNTS, count, |values| {
                    values.push(0x22);
                    let from = begin_length(values);
                    values.push(0x28);
                    varint(values, count);
                    end_length(values, from);
                }),
                Loose::Word(word) => {
                    write_text(&mut self.values, word.as_bytes());
                    self.next_value()
                }
                Loose::Choice { word, number, of } => self.word(0, number, of, |values| write_text(values, word.as_bytes())),
            };
            varint(&mut self.features, u64::from(key));
            varint(&mut self.features, u64::from(place));
        }
        end_length(&mut self.features, tags_from);
        geometry(&mut self.features);
        end_length(&mut self.features, from);
    }

    fn next_value(&mut self) -> u32 {
        self.value_count += 1;
        self.value_count - 1
    }

    /// The place of a feature's value among the layer's values; `None` when it is missing.
    fn value_of(&mut self, column: &Column, number: usize, dictionary: &Dictionary, at: usize) -> Option<u32> {
        match column {
            Column::Category(_) => {
                let code = column.code(at)?;
                Some(self.word(number, code as usize, dictionary.words().len(), |values| {
                    write_text(values, dictionary.word(code).as_bytes());
                }))
            }
            Column::Text { .. } => {
                let text = column.text_bytes(at)?;
                write_text(&mut self.values, text);
                Some(self.next_value())
            }
            Column::Number(_) => column.number(at).map(|value| self.number(number, value)),
            Column::Integer(_) => {
                let value = column.integer(at)?;
                // sint_value: sevens of bits of the number with its sign last.
                let folded = ((value << 1) ^ (value >> 63)) as u64;
                Some(self.remembered(number as u32, folded, |values| {
                    values.push(0x22);
                    let from = begin_length(values);
                    values.push(0x30);
                    varint(values, folded);
                    end_length(values, from);
                }))
            }
            Column::Flag(_) => {
                let flag = column.flag(at)?;
                Some(self.word(number, usize::from(flag), 2, |values| values.extend_from_slice(&[0x22, 2, 0x38, u8::from(flag)])))
            }
        }
    }

    fn word(&mut self, column: usize, word: usize, words: usize, write: impl FnOnce(&mut Vec<u8>)) -> u32 {
        let places = &mut self.memory.words[column];
        if places.len() < words {
            places.resize(words, (0, 0));
        }
        let (round, place) = places[word];
        if round == self.memory.round {
            return place;
        }
        places[word] = (self.memory.round, self.value_count);
        write(&mut self.values);
        self.next_value()
    }

    /// Four bytes where they hold the number exactly, else eight.
    fn number(&mut self, column: usize, number: f64) -> u32 {
        self.remembered(column as u32, number.to_bits(), |values| {
            let short = number as f32;
            if f64::from(short) == number {
                values.extend_from_slice(&[0x22, 5, 0x15]);
                values.extend_from_slice(&short.to_le_bytes());
            } else {
                values.extend_from_slice(&[0x22, 9, 0x19]);
                values.extend_from_slice(&number.to_le_bytes());
            }
        })
    }

    fn remembered(&mut self, column: u32, bits: u64, write: impl FnOnce(&mut Vec<u8>)) -> u32 {
        let scattered = (bits ^ u64::from(column)).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 56;
        let entry = &mut self.memory.numbers[scattered as usize % REMEMBERED];
        if (entry.0, entry.1, entry.2) == (self.memory.round, column, bits) {
            return entry.3;
        }
        *entry = (self.memory.round, column, bits, self.value_count);
        write(&mut self.values);
        self.next_value()
    }

    /// Writes the finished layer after what the tile already holds; nothing when it has no feature.
    pub(crate) fn finish<'a>(&self, name: &[&str], keys: impl Iterator<Item = &'a str> + Clone, tile: &mut Vec<u8>) {
        if self.count == 0 {
            return;
        }
        let name_length: usize = name.iter().map(|part| part.len()).sum();
        let text = |length: usize| 1 + varint_length(length) + length;
        let length = 2
            + text(name_length)
            + self.features.len()
            + keys.clone().map(|key| text(key.len())).sum::<usize>()
            + self.values.len()
            + 1
            + varint_length(EXTENT as usize);
        tile.reserve(length + 6);
        tile.push(0x1a);
        varint(tile, length as u64);
        tile.extend_from_slice(&[0x78, 2, 0x0a]);
        varint(tile, name_length as u64);
        name.iter().for_each(|part| tile.extend_from_slice(part.as_bytes()));
        tile.extend_from_slice(&self.features);
        for key in keys {
            tile.push(0x1a);
            varint(tile, key.len() as u64);
            tile.extend_from_slice(key.as_bytes());
        }
        tile.extend_from_slice(&self.values);
        tile.push(0x28);
        varint(tile, EXTENT as u64);
    }
}

/// A value that stands in no column.
pub(crate) enum Loose<'a> {
    Number(f64),
    Count(u64),
    Word(&'a str),
    /// A word by its number among so many; of a layer that was begun with a column.
    Choice {
        word: &'a str,
        number: usize,
        of: usize,
    },
}

fn varint_length(value: usize) -> usize {
    ((usize::BITS - value.leading_zeros()) as usize).div_ceil(7).max(1)
}

fn write_text(values: &mut Vec<u8>, text: &[u8]) {
    values.push(0x22);
    varint(values, (1 + varint_length(text.len()) + text.len()) as u64);
    values.push(0x0a);
    varint(values, text.len() as u64);
    values.extend_from_slice(text);
}

/// Writes a point.
pub(crate) fn point(into: &mut Vec<u8>, point: Point) {
    into.extend_from_slice(&[0x18, POINT, 0x22]);
    let from = begin_length(into);
    into.push(9);
    varint(into, u64::from(zigzag(point[0])));
    varint(into, u64::from(zigzag(point[1])));
    end_length(into, from);
}

/// Bytes that are surely enough for an outline's type, length and one command with its count.
const HEAD: usize = 16;

/// Writes a number of 32 bits where there is room, and says where the next goes.
#[inline]
fn put(out: &mut [u8], mut at: usize, mut value: u32) -> usize {
    while value >= 0x80 {
        out[at] = value as u8 | 0x80;
        value >>= 7;
        at += 1;
    }
    out[at] = value as u8;
    at + 1
}

/// Writes an outline.
pub(crate) fn outline(into: &mut Vec<u8>, points: &[Point], ends: &[u32]) {
    // Room for all of it at once: growing byte by byte would take longer than working the bytes out.
    let start = into.len();
    into.resize(start + HEAD * (1 + ends.len()) + points.len() * 10, 0);
    let out = &mut into[start..];
    out[..3].copy_from_slice(&[0x18, POLYGON, 0x22]);
    let from = 4;
    let mut at = from;
    let (mut begin, mut x, mut y) = (0, 0, 0);
    for end in ends {
        let ring = &points[begin..*end as usize];
        begin = *end as usize;
        for (number, point) in ring.iter().enumerate() {
            match number {
                0 => at = put(out, at, 9),
                1 => at = put(out, at, ((ring.len() as u32 - 1) << 3) | 2),
                _ => {}
            }
            at = put(out, at, zigzag(point[0] - x));
            at = put(out, at, zigzag(point[1] - y));
            [x, y] = *point;
        }
        at = put(out, at, 15);
    }
    into.truncate(start + at);
    end_length(into, start + from);
}

/// Writes a square.
pub(crate) fn square(into: &mut Vec<u8>, corner: Point, side: i32) {
    let [x, y] = corner;
    let points = [[x, y], [x + side, y], [x + side, y + side], [x, y + side]];
    outline(into, &points, &[4]);
}
