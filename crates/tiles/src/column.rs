//! Attributes in columns.

use std::collections::HashMap;

use crate::schema::ColumnKind;

/// One value of one feature.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value<'a> {
    /// For [`ColumnKind::Category`] and [`ColumnKind::Text`].
    Text(&'a str),
    /// For [`ColumnKind::Number`]; what is no number is missing.
    Number(f64),
    /// For [`ColumnKind::Integer`].
    Integer(i64),
    /// For [`ColumnKind::Flag`].
    Flag(bool),
}

/// The words of a category, numbered in the order in which they came.
#[derive(Clone, Debug, Default)]
pub(crate) struct Dictionary {
    words: Vec<Box<str>>,
    numbers: HashMap<Box<str>, u32>,
}

impl Dictionary {
    pub(crate) fn number(&mut self, word: &str) -> u32 {
        if let Some(number) = self.numbers.get(word) {
            return *number;
        }
        let number = self.words.len() as u32;
        self.words.push(word.into());
        self.numbers.insert(word.into(), number);
        number
    }

    pub(crate) fn find(&self, word: &str) -> Option<u32> {
        self.numbers.get(word).copied()
    }

    pub(crate) fn word(&self, number: u32) -> &str {
        self.words.get(number as usize).map_or("", |word| word)
    }

    pub(crate) fn words(&self) -> &[Box<str>] {
        &self.words
    }
}

/// The values of one attribute; a missing one is a value that none can have.
#[derive(Clone, Debug)]
pub(crate) enum Column {
    Category(Vec<u32>),
    /// Ends in `bytes`; the top bit says that the value is missing.
    Text {
        ends: Vec<u64>,
        bytes: Vec<u8>,
    },
    Number(Vec<f64>),
    Integer(Vec<i64>),
    Flag(Vec<u8>),
}

pub(crate) const NO_WORD: u32 = u32::MAX;
const NO_INTEGER: i64 = i64::MIN;
const NO_FLAG: u8 = 2;
const NO_TEXT: u64 = 1 << 63;

impl Column {
    pub(crate) fn new(kind: ColumnKind) -> Self {
        match kind {
            ColumnKind::Category => Column::Category(Vec::new()),
            ColumnKind::Text => Column::Text { ends: Vec::new(), bytes: Vec::new() },
            ColumnKind::Number => Column::Number(Vec::new()),
            ColumnKind::Integer => Column::Integer(Vec::new()),
            ColumnKind::Flag => Column::Flag(Vec::new()),
        }
    }

    /// One more feature, whose value is missing until it is set.
    pub(crate) fn push_missing(&mut self) {
        match self {
            Column::Category(codes) => codes.push(NO_WORD),
            Column::Text { ends, bytes } => ends.push(bytes.len() as u64 | NO_TEXT),
            Column::Number(values) => values.push(f64::NAN),
            Column::Integer(values) => values.push(NO_INTEGER),
            Column::Flag(values) => values.push(NO_FLAG),
        }
    }

    /// Sets the value of the last feature; a value of another kind is left out.
    pub(crate) fn set_last(&mut self, value: Value<'_>, dictionary: &mut Dictionary) {
        match (self, value) {
            (Column::Category(codes), Value::Text(word)) => {
                if let Some(last) = codes.last_mut() {
                    *last = dictionary.number(word);
                }
            }
            (Column::Text { ends, bytes }, Value::Text(word)) => {
                ends.pop();
                bytes.truncate(ends.last().map_or(0, |end| (end & !NO_TEXT) as usize));
                bytes.extend_from_slice(word.as_bytes());
                ends.push(bytes.len() as u64);
            }
            (Column::Number(values), Value::Number(number)) => {
                if let Some(last) = values.last_mut() {
                    *last = number;
                }
            }
            (Column::Integer(values), Value::Integer(number)) => {
                if let Some(last) = values.last_mut() {
                    *last = number;
                }
            }
            (Column::Flag(values), Value::Flag(truth)) => {
                if let Some(last) = values.last_mut() {
                    *last = u8::from(truth);
                }
            }
            (_, Value::Text(_) | Value::Number(_) | Value::Integer(_) | Value::Flag(_)) => {
                debug_assert!(false, "a value of another kind than its column");
            }
        }
    }

    /// The columns of `parts` one after the other, in the order of `order`: number of part and place in it.
    pub(crate) fn gather(parts: &[&Column], order: &[(u32, u32)]) -> Column {
        macro_rules! pick {
            ($variant:ident, $none:expr) => {
                Column::$variant(
                    order
                        .iter()
                        .map(|(part, at)| match parts[*part as usize] {
                            Column::$variant(values) => values[*at as usize],
                            _ => $none,
                        })
                        .collect(),
                )
            };
        }
        match parts.first() {
            None => Column::Number(Vec::new()),
            Some(Column::Category(_)) => pick!(Category, NO_WORD),
            Some(Column::Number(_)) => pick!(Number, f64::NAN),
            Some(Column::Integer(_)) => pick!(Integer, NO_INTEGER),
            Some(Column::Flag(_)) => pick!(Flag, NO_FLAG),
            Some(Column::Text { .. }) => {
                let (mut ends, mut bytes) = (Vec::with_capacity(order.len()), Vec::new());
                for (part, at) in order {
                    let text = parts[*part as usize].text(*at as usize);
                    bytes.extend_from_slice(text.unwrap_or_default().as_bytes());
                    ends.push(bytes.len() as u64 | if text.is_none() { NO_TEXT } else { 0 });
                }
                bytes.shrink_to_fit();
                Column::Text { ends, bytes }
            }
        }
    }

    /// Renumbers the words of a category.
    pub(crate) fn renumber(&mut self, numbers: &[u32]) {
        if let Column::Category(codes) = self {
            for code in codes.iter_mut().filter(|code| **code != NO_WORD) {
                *code = numbers[*code as usize];
            }
        }
    }

    pub(crate) fn append(&mut self, other: Column) {
        match (self, other) {
            (Column::Category(own), Column::Category(more)) => own.extend(more),
            (Column::Number(own), Column::Number(more)) => own.extend(more),
            (Column::Integer(own), Column::Integer(more)) => own.extend(more),
            (Column::Flag(own), Column::Flag(more)) => own.extend(more),
            (Column::Text { ends, bytes }, Column::Text { ends: more_ends, bytes: more }) => {
                let from = bytes.len() as u64;
                ends.extend(more_ends.into_iter().map(|end| end + from));
                bytes.extend(more);
            }
            _ => debug_assert!(false, "columns of two kinds"),
        }
    }

    pub(crate) fn text(&self, at: usize) -> Option<&str> {
        let Column::Text { ends, bytes } = self else { return None };
        let from = if at == 0 { 0 } else { ends[at - 1] & !NO_TEXT };
        let to = ends[at];
        if to & NO_TEXT != 0 {
            return None;
        }
        std::str::from_utf8(&bytes[from as usize..to as usize]).ok()
    }

    /// The bytes of a text, for writing.
    pub(crate) fn text_bytes(&self, at: usize) -> Option<&[u8]> {
        let Column::Text { ends, bytes } = self else { return None };
        let from = if at == 0 { 0 } else { ends[at - 1] & !NO_TEXT };
        let to = ends[at];
        (to & NO_TEXT == 0).then(|| &bytes[from as usize..to as usize])
    }

    pub(crate) fn code(&self, at: usize) -> Option<u32> {
        let Column::Category(codes) = self else { return None };
        Some(codes[at]).filter(|code| *code != NO_WORD)
    }

    pub(crate) fn number(&self, at: usize) -> Option<f64> {
        let Column::Number(values) = self else { return None };
        Some(values[at]).filter(|value| value.is_finite())
    }

    pub(crate) fn integer(&self, at: usize) -> Option<i64> {
        let Column::Integer(values) = self else { return None };
        Some(values[at]).filter(|value| *value != NO_INTEGER)
    }

    pub(crate) fn flag(&self, at: usize) -> Option<bool> {
        let Column::Flag(values) = self else { return None };
        Some(values[at]).filter(|value| *value != NO_FLAG).map(|value| value == 1)
    }

    pub(crate) fn memory(&self) -> usize {
        match self {
            Column::Category(codes) => codes.capacity() * 4,
            Column::Text { ends, bytes } => ends.capacity() * 8 + bytes.capacity(),
            Column::Number(values) => values.capacity() * 8,
            Column::Integer(values) => values.capacity() * 8,
            Column::Flag(values) => values.capacity(),
        }
    }
}
