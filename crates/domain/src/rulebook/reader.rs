//! Reading TOML with positions: every wrong or unknown key becomes a fault with its line, and reading goes on, so that
//! all faults of a rulebook are reported at once. Knows the form of values, not what they mean.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::ops::Range;

use chrono::NaiveDate;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::RulebookFault;

/// One file being read, and the faults found in it so far.
pub(super) struct File<'a> {
    path: &'a str,
    text: &'a str,
    faults: RefCell<Vec<RulebookFault>>,
}

impl<'a> File<'a> {
    pub(super) fn new(path: &'a str, text: &'a str) -> File<'a> {
        File { path, text, faults: RefCell::new(Vec::new()) }
    }

    /// The document, as far as it could be read; syntax errors are faults.
    pub(super) fn document(&self) -> Spanned<DeTable<'a>> {
        let (document, errors) = DeTable::parse_recoverable(self.text);
        for error in errors {
            let at = error.span().map_or(0, |span| span.start);
            self.fault_at(at, "合法的 TOML", error.message());
        }
        document
    }

    pub(super) fn fault_at(&self, offset: usize, expected: impl Into<String>, found: impl Into<String>) {
        let before = self.text.as_bytes().iter().take(offset).filter(|byte| **byte == b'\n').count();
        self.faults.borrow_mut().push(RulebookFault {
            file: self.path.to_owned(),
            line: before + 1,
            expected: expected.into(),
            found: found.into(),
        });
    }

    pub(super) fn into_faults(self) -> Vec<RulebookFault> {
        self.faults.into_inner()
    }
}

/// One table of a file. Remembers which keys were asked for, so that [`Section::finish`] can complain about the others.
pub(super) struct Section<'f, 't> {
    file: &'f File<'f>,
    table: &'t DeTable<'t>,
    start: usize,
    name: String,
    asked: RefCell<BTreeSet<&'static str>>,
    sound: Cell<Soundness>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Soundness {
    Sound,
    Faulty,
}

/// A value with its place.
pub(super) struct Placed<T> {
    pub(super) value: T,
    pub(super) start: usize,
}

impl<'f, 't> Section<'f, 't> {
    pub(super) fn new(
        file: &'f File<'f>,
        table: &'t DeTable<'t>,
        span: Range<usize>,
        name: impl Into<String>,
    ) -> Section<'f, 't> {
        Section {
            file,
            table,
            start: span.start,
            name: name.into(),
            asked: RefCell::new(BTreeSet::new()),
            sound: Cell::new(Soundness::Sound),
        }
    }

    /// Where the section begins.
    pub(super) fn start(&self) -> usize {
        self.start
    }

    pub(super) fn fault(&self, offset: usize, expected: impl Into<String>, found: impl Into<String>) {
        self.sound.set(Soundness::Faulty);
        self.file.fault_at(offset, expected, found);
    }

    /// Complains about keys nobody asked for. `Some(())` when nothing was wrong with the section.
    pub(super) fn finish(&self) -> Option<()> {
        let asked = self.asked.borrow();
        for key in self.table.keys() {
            let word: &str = key.get_ref();
            if !asked.contains(word) {
                let known = asked.iter().copied().collect::<Vec<_>>().join("、");
                self.fault(key.span().start, format!("{}中的字段：{known}", self.name), format!("不认识的字段“{word}”"));
            }
        }
        match self.sound.get() {
            Soundness::Sound => Some(()),
            Soundness::Faulty => None,
        }
    }

    fn ask(&self, key: &'static str) -> Option<&'t Spanned<DeValue<'t>>> {
        self.asked.borrow_mut().insert(key);
        self.table.get(key)
    }

    fn need<T>(&self, key: &'static str, what: &str, value: Option<T>) -> Option<T> {
        if value.is_none() && self.table.get(key).is_none() {
            self.fault(self.start, format!("{}有字段 {key}（{what}）", self.name), "没有这一字段".to_owned());
        }
        value
    }

    fn wrong<T>(&self, key: &str, what: &str, value: &Spanned<DeValue<'t>>) -> Option<T> {
        self.fault(value.span().start, format!("{key} 为{what}"), describe(value.get_ref()));
        None
    }

    /// An optional text; blank is a fault.
    pub(super) fn text(&self, key: &'static str) -> Option<Placed<String>> {
        let value = self.ask(key)?;
        match value.get_ref().as_str() {
            Some(text) if !text.trim().is_empty() => Some(Placed { value: text.trim().to_owned(), start: value.span().start }),
            Some(_) => self.wrong(key, "非空文字", value),
            None => self.wrong(key, "文字（加引号）", value),
        }
    }

    /// A text that must be there.
    pub(super) fn required_text(&self, key: &'static str) -> Option<Placed<String>> {
        let value = self.text(key);
        self.need(key, "文字", value)
    }

    /// An optional number.
    pub(super) fn number(&self, key: &'static str) -> Option<Placed<f64>> {
        let value = self.ask(key)?;
        let start = value.span().start;
        let number = match value.get_ref() {
            DeValue::Float(number) => number.as_str().replace('_', "").parse::<f64>().ok(),
            DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix()).ok().map(|whole| whole as f64),
            _ => None,
        };
        match number {
            Some(number) if number.is_finite() => Some(Placed { value: number, start }),
            Some(_) | None => self.wrong(key, "有限的数", value),
        }
    }

    /// An optional number, or a fraction in quotes such as "1/3", which has no decimal form.
    pub(super) fn number_or_fraction(&self, key: &'static str) -> Option<Placed<f64>> {
        let value = self.ask(key)?;
        let Some(text) = value.get_ref().as_str() else { return self.number(key) };
        let whole = |part: &str| part.trim().parse::<u32>().ok().map(f64::from);
        match text.split_once('/').map(|(above, below)| (whole(above), whole(below))) {
            Some((Some(above), Some(below))) if below > 0.0 => Some(Placed { value: above / below, start: value.span().start }),
            Some(_) | None => self.wrong(key, "数，或分数如 \"1/3\"", value),
        }
    }

    /// A number that must be there.
    pub(super) fn required_number(&self, key: &'static str) -> Option<Placed<f64>> {
        let value = self.number(key);
        self.need(key, "数", value)
    }

    /// An optional day.
    pub(super) fn date(&self, key: &'static str) -> Option<Placed<NaiveDate>> {
        let value = self.ask(key)?;
        let day = match value.get_ref().as_datetime() {
            Some(stamp) if stamp.time.is_none() && stamp.offset.is_none() => stamp
                .date
                .as_ref()
                .and_then(|date| NaiveDate::from_ymd_opt(i32::from(date.year), u32::from(date.month), u32::from(date.day))),
            Some(_) | None => None,
        };
        match day {
            Some(day) => Some(Placed { value: day, start: value.span().start }),
            None => self.wrong(key, "日期，如 2023-03-30（不加引号）", value),
        }
    }

    /// A day that must be there, or the word `UNKNOWN`: so that a day that was forgotten is not one that is not known.
    pub(super) fn required_date_or_unknown(&self, key: &'static str) -> Option<Option<Placed<NaiveDate>>> {
        if self.ask(key).is_some_and(|value| value.get_ref().as_str() == Some("UNKNOWN")) {
            return Some(None);
        }
        let value = self.date(key);
        self.need(key, "日期，或 \"UNKNOWN\"", value).map(Some)
    }

    /// One of a closed list of words.
    pub(super) fn word<T>(&self, key: &'static str, known: &[(&'static str, T)]) -> Option<Placed<T>>
    where
        T: Copy,
    {
        let placed = self.text(key)?;
        match known.iter().find(|(word, _)| *word == placed.value) {
            Some((_, meaning)) => Some(Placed { value: *meaning, start: placed.start }),
            None => {
                let words = known.iter().map(|(word, _)| *word).collect::<Vec<_>>().join("、");
                self.fault(placed.start, format!("{key} 为下列之一：{words}"), format!("“{}”", placed.value));
                None
            }
        }
    }

    /// One of a closed list of words, which must be there.
    pub(super) fn required_word<T>(&self, key: &'static str, known: &[(&'static str, T)]) -> Option<Placed<T>>
    where
        T: Copy,
    {
        let value = self.word(key, known);
        self.need(key, "词", value)
    }

    /// A list of texts; absent is empty.
    pub(super) fn texts(&self, key: &'static str) -> Vec<Placed<String>> {
        let Some(value) = self.ask(key) else { return Vec::new() };
        let Some(list) = value.get_ref().as_array() else {
            self.wrong::<()>(key, "文字的数组", value);
            return Vec::new();
        };
        let mut texts = Vec::new();
        for element in list.iter() {
            match element.get_ref().as_str() {
                Some(text) => texts.push(Placed { value: text.to_owned(), start: element.span().start }),
                None => {
                    self.wrong::<()>(key, "文字的数组", element);
                }
            }
        }
        texts
    }

    /// A table inside this one.
    pub(super) fn section(&self, key: &'static str) -> Option<Section<'f, 't>> {
        let value = self.ask(key)?;
        match value.get_ref().as_table() {
            Some(table) => Some(Section::new(self.file, table, value.span(), key)),
            None => self.wrong(key, "表（{ … }）", value),
        }
    }

    /// A table inside this one, which must be there.
    pub(super) fn required_section(&self, key: &'static str) -> Option<Section<'f, 't>> {
        let value = self.section(key);
        self.need(key, "表", value)
    }

    /// The tables of an array inside this one; absent is empty.
    pub(super) fn sections(&self, key: &'static str) -> Vec<Section<'f, 't>> {
        let Some(value) = self.ask(key) else { return Vec::new() };
        let Some(list) = value.get_ref().as_array() else {
            self.wrong::<()>(key, &format!("表的数组（[[{key}]]）"), value);
            return Vec::new();
        };
        let mut sections = Vec::new();
        for element in list.iter() {
            match element.get_ref().as_table() {
                Some(table) => sections.push(Section::new(self.file, table, element.span(), format!("[[{key}]] "))),
                None => {
                    self.wrong::<()>(key, &format!("表的数组（[[{key}]]）"), element);
                }
            }
        }
        sections
    }
}

fn describe(value: &DeValue<'_>) -> String {
    match value {
        DeValue::String(text) if text.trim().is_empty() => "空文字".to_owned(),
        DeValue::String(text) => format!("文字“{text}”"),
        DeValue::Integer(number) => format!("整数 {}", number.as_str()),
        DeValue::Float(number) => format!("小数 {}", number.as_str()),
        DeValue::Boolean(truth) => format!("布尔值 {truth}"),
        DeValue::Datetime(stamp) => format!("日期时间 {stamp}"),
        DeValue::Array(_) => "数组".to_owned(),
        DeValue::Table(_) => "表".to_owned(),
    }
}
