//! One row under its mapping: typed fields out, an issue for every cell that could not be taken.
//!
//! A bad cell of an optional field leaves a gap; a bad cell of a key sets the row aside.

mod code;
mod order;
mod place;

use std::{borrow::Cow, collections::BTreeMap};

use chrono::NaiveDate;
use mujun_geometry::geo::Rect;

use super::{
    IngestIssue, IssueCode, Mapping, Place, Severity,
    field::{Need, Sort},
    ground::Grounds,
    mapping::{FieldMapping, Origin},
    place::Cells,
    source::{Cell, RawRow},
    values::{self, DateRead},
};
use crate::register::RegisterKind;

/// A field of the mapping and where the file has it.
pub(super) struct Bound<'a> {
    /// How it is read.
    pub mapping: &'a FieldMapping,
    /// Index of its column; none for a constant or a column that may be absent and is.
    pub column: Option<usize>,
}

/// What is the same for all rows of a file.
pub(super) struct Frame<'a> {
    /// The mapping.
    pub mapping: &'a Mapping,
    /// Its fields, bound to columns.
    pub fields: Vec<Bound<'a>>,
    /// All fields of the register in their order, each with its place among those of the mapping.
    pub places: Vec<(&'static str, Option<usize>)>,
    /// Names of the columns.
    pub columns: Vec<String>,
    /// Columns of the division, bound.
    pub division_column: Option<usize>,
    /// The column that counts joined records.
    pub join_count: Option<usize>,
    /// The city.
    pub place: &'a Place,
    /// Its divisions by cells.
    pub cells: Cells<'a>,
    /// How grounds are made; none for a register or a table without geometry.
    pub grounds: Option<Grounds>,
}

/// Things that happen to many rows and are told once.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Tally {
    /// A sentinel stood for "unknown" in this column.
    Sentinel(String, String),
    /// Heights or measures were dropped.
    Heights,
    /// Points or lines of a collection were left out.
    OtherParts,
    /// The documentary area of this column would fit the ground if it were in this unit.
    Unit(String, &'static str),
    /// The row refers to this register, which is empty.
    EmptyRegister(RegisterKind),
    /// The documentary area of this column is that of the ground on the plane of the web map.
    OnWebMap(String),
    /// Of a lower and an upper limit in these columns the lower is above.
    LimitsReversed(String, String),
    /// The same, the right way round.
    LimitsOrdered(String, String),
    /// A zero stood for "no upper limit" in this column.
    NoUpperLimit(String),
    /// A date of this column has no day; this end of the month was taken.
    MonthOnly(String, MonthEnd),
    /// A code of this column seems to have lost a zero in front; this is the first of them.
    ZeroLost(String, String),
}

/// The end of a month that stands for a date without a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum MonthEnd {
    /// For what happened: not earlier than can be known.
    First,
    /// For what is due: nobody is late before the month is over.
    Last,
}

impl MonthEnd {
    /// 中文。
    pub fn label_zh(self) -> &'static str {
        match self {
            MonthEnd::First => "第一天",
            MonthEnd::Last => "最后一天",
        }
    }

    fn of(field: &str) -> MonthEnd {
        let is_due =
            ["agreed_start_on", "agreed_finish_on", "new_start_on", "new_finish_on", "ends_on", "until_on"].contains(&field);
        if is_due { MonthEnd::Last } else { MonthEnd::First }
    }
}

/// Where the ground of a row lay.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Lies {
    /// There is none.
    Nowhere,
    /// In the city, or no extent is known.
    Inside,
    /// Outside, here.
    Outside(Rect<f64>),
    /// Where the CRS has no image of it.
    OffPlane,
}

/// What the fields of a row became, for a preview.
#[derive(Debug, Default)]
pub(super) struct Readings {
    /// Field to value as text.
    pub texts: BTreeMap<String, String>,
    /// The division.
    pub division: Option<String>,
    /// Area on the ellipsoid, m².
    pub ellipsoidal_area_m2: Option<f64>,
}

/// Reads the fields of one row.
pub struct RowReader<'a> {
    frame: &'a Frame<'a>,
    row: &'a RawRow,
    /// Kept only for a preview.
    pub(super) readings: Option<Readings>,
    pub(super) issues: Vec<IngestIssue>,
    pub(super) tallies: Vec<Tally>,
    pub(super) lies: Lies,
    /// Which field of the register will probably be asked for next.
    expected: std::cell::Cell<usize>,
}

impl<'a> RowReader<'a> {
    pub(super) fn new(frame: &'a Frame<'a>, row: &'a RawRow) -> RowReader<'a> {
        let (issues, tallies, expected) = (Vec::new(), Vec::new(), std::cell::Cell::new(0));
        let mut reader = RowReader { frame, row, readings: None, issues, tallies, lies: Lies::Nowhere, expected };
        reader.note_join();
        reader
    }

    fn note_join(&mut self) {
        if let Some(Cell::Whole(count)) = self.frame.join_count.and_then(|index| self.row.cells.get(index))
            && *count > 1
        {
            let message = format!("关联表中有 {count} 条记录对应本行，不能断定用哪一条，关联的各项按缺失处理");
            self.push(IngestIssue::new(IssueCode::JoinAmbiguous, message));
        }
    }

    pub(super) fn push(&mut self, issue: IngestIssue) {
        self.issues.push(issue.with_row(self.row.number));
    }

    /// Notes what a field became, when somebody wants to know.
    fn noted<T>(&mut self, field: &str, value: T, shown: impl FnOnce(&T) -> String) -> T {
        if let Some(readings) = &mut self.readings {
            readings.texts.insert(field.to_owned(), shown(&value));
        }
        value
    }

    /// A value that was read is not kept after all.
    pub(super) fn unnoted(&mut self, field: &str) {
        if let Some(readings) = &mut self.readings {
            readings.texts.remove(field);
        }
    }

    fn bound(&self, field: &str) -> Option<&'a Bound<'a>> {
        let Frame { fields, places, .. } = self.frame;
        // Rows are asked for their fields in the order of the register: mostly the first that is looked at is the one.
        let (before, after) = places.split_at(self.expected.get().min(places.len()));
        let at = match after.first() {
            // Often it is the very same constant.
            Some((name, _)) if std::ptr::eq(*name, field) => before.len(),
            _ => {
                let at = after.iter().chain(before).position(|(name, _)| *name == field)?;
                (before.len() + at) % places.len()
            }
        };
        self.expected.set(at + 1);
        fields.get(places[at].1?)
    }

    fn column_name(&self, bound: &Bound<'_>) -> &'a str {
        bound.column.and_then(|index| self.frame.columns.get(index)).map_or("", String::as_str)
    }

    /// The cell of a field: none when it is blank, a sentinel, or not mapped.
    fn cell(&mut self, field: &str) -> Option<(&'a Bound<'a>, Cow<'a, Cell>)> {
        let bound = self.bound(field)?;
        let cell: Cow<'a, Cell> = match (&bound.mapping.origin, bound.column) {
            (Origin::Constant(text), _) => Cow::Owned(Cell::Text(text.clone())),
            (Origin::Columns(_), Some(index)) => Cow::Borrowed(self.row.cells.get(index)?),
            (Origin::Columns(_), None) => return None,
        };
        // Most cells are numbers, days or nothing, and need no text to be told from what stands for "unknown".
        if bound.mapping.after.is_none() {
            match *cell {
                Cell::Empty => return None,
                Cell::Number(number) if !self.may_mean_nothing(bound, number) => return Some((bound, cell)),
                Cell::Whole(number) if !self.may_mean_nothing(bound, number as f64) => return Some((bound, cell)),
                Cell::Date(day) if !self.sentinels(bound).any(|known| known.parse() == Ok(day)) => return Some((bound, cell)),
                _ => {}
            }
        }
        let written = cell.text();
        let mut text = values::settled(&written);
        if let Some(mark) = &bound.mapping.after {
            text = Cow::Owned(text.split_once(mark.as_str()).map(|(_, rest)| rest.to_owned()).unwrap_or_default());
        }
        if values::means_nothing(&text) {
            return None;
        }
        if self.sentinels(bound).any(|known| *known == text) {
            self.tallies.push(Tally::Sentinel(self.column_name(bound).to_owned(), text.into_owned()));
            return None;
        }
        if bound.mapping.after.is_some() {
            return Some((bound, Cow::Owned(Cell::Text(text.into_owned()))));
        }
        drop(text);
        drop(written);
        Some((bound, cell))
    }

    /// What stands for "unknown" in a field.
    fn sentinels<'b>(&self, bound: &'b Bound<'b>) -> impl Iterator<Item = &'b String>
    where
        'a: 'b,
    {
        bound.mapping.sentinels.iter().chain(&self.frame.mapping.sentinels)
    }

    /// Whether the text of a number may be that of a sentinel; a number that is none always may.
    fn may_mean_nothing(&self, bound: &Bound<'_>, number: f64) -> bool {
        number.is_nan() || self.sentinels(bound).any(|known| known.trim().parse() == Ok(number))
    }

    /// Reports a cell that could not be taken: the row is set aside for a key, else the value is missing.
    fn refuse(&mut self, code: IssueCode, bound: &Bound<'_>, value: &str, what: &str) {
        let label = bound.mapping.field.label;
        let column = self.column_name(bound);
        let shown = super::issue::shortened(value, 60);
        let message = format!("{label}“{shown}”{what}");
        let code = if bound.mapping.field.need == Need::Key { IssueCode::KeyMissing } else { code };
        self.push(IngestIssue::new(code, message).with_cell(column, value));
    }

    /// Reports a key that is blank.
    fn demand(&mut self, field: &str) {
        let (label, column) = match self.bound(field) {
            Some(bound) => (bound.mapping.field.label, self.column_name(bound)),
            None => (field, ""),
        };
        let already =
            self.issues.iter().any(|issue| issue.severity == Severity::BlocksRow && issue.column.as_deref() == Some(column));
        if !already {
            let message = format!("{label}为空，无法确定这一行是什么");
            self.push(IngestIssue::new(IssueCode::KeyMissing, message).with_cell(column, ""));
        }
    }

    /// Free text.
    pub(super) fn text(&mut self, field: &str) -> Option<String> {
        let (bound, cell) = self.cell(field)?;
        if bound.mapping.field.sort == Sort::Code && code::is_damaged(&cell) {
            self.refuse_damaged(bound, &cell);
            return None;
        }
        let text = match bound.mapping.field.sort {
            Sort::Code => values::code(&cell.text()),
            _ => values::text(&cell.text()),
        };
        let text = match bound.mapping.translate(&text) {
            Some("") => return None,
            Some(word) if word != text => word.to_owned(),
            _ => text,
        };
        if text.contains('\u{fffd}') {
            self.refuse_characters(bound, &text);
        }
        Some(self.noted(field, text, String::clone))
    }

    fn refuse_characters(&mut self, bound: &Bound<'_>, text: &str) {
        let message = format!("{}中有无法解码的字符，已用 \u{fffd} 代替", bound.mapping.field.label);
        let column = self.column_name(bound);
        self.push(IngestIssue::new(IssueCode::TextUndecodable, message).with_cell(column, text));
    }

    /// A key: none, with the reason reported, when it is blank.
    pub(super) fn key_text(&mut self, field: &str) -> Option<String> {
        let found = self.text(field);
        if found.is_none() {
            self.demand(field);
        }
        found
    }

    /// An amount in the unit that the register keeps, if it passes `is_allowed`.
    pub(super) fn amount(&mut self, field: &str, is_allowed: fn(f64) -> bool, expected: &str) -> Option<f64> {
        let (bound, cell) = self.cell(field)?;
        let value = match &*cell {
            Cell::Number(number) => *number * bound.mapping.factor,
            Cell::Whole(number) => *number as f64 * bound.mapping.factor,
            _ => {
                let text = cell.text();
                let written = values::number(&text)
                    .and_then(|written| written_amount(bound.mapping, &written).map(|factor| written.value * factor));
                let Some(value) = written else {
                    self.refuse(IssueCode::NumberUnreadable, bound, &text, "无法识别为数值");
                    return None;
                };
                value
            }
        };
        if !value.is_finite() || !is_allowed(value) {
            self.refuse(IssueCode::OutOfRange, bound, &cell.text(), expected);
            return None;
        }
        Some(self.noted(field, value, |value| decimal(*value)))
    }

    /// One end of a plot ratio or share, which may be written as a range; kept when it passes `is_allowed`.
    pub(super) fn ratio(&mut self, field: &str, is_allowed: fn(f64) -> bool, expected: &str) -> Option<f64> {
        let (bound, cell) = self.cell(field)?;
        let text = cell.text().into_owned();
        let Some(range) = values::range(&text) else {
            self.refuse(IssueCode::NumberUnreadable, bound, &text, "无法识别为数值或区间");
            return None;
        };
        let factor = if range.percent { 0.01 } else { bound.mapping.factor };
        let end = if bound.mapping.field.sort == Sort::RatioLower { range.lower } else { range.upper };
        let value = end? * factor;
        if !value.is_finite() || !is_allowed(value) {
            self.refuse(IssueCode::OutOfRange, bound, &text, expected);
            return None;
        }
        Some(self.noted(field, value, |value| decimal(*value)))
    }

    /// Says that a zero in this field stood for "no upper limit".
    pub(super) fn no_upper_limit(&mut self, field: &str) {
        self.unnoted(field);
        if let Some(bound) = self.bound(field) {
            self.tallies.push(Tally::NoUpperLimit(self.column_name(bound).to_owned()));
        }
    }

    /// Counts which way round two limits stand that come from two columns.
    pub(super) fn compare_limits(&mut self, [lower, upper]: [&str; 2], least: f64, most: f64) {
        let (Some(one), Some(other)) = (self.bound(lower), self.bound(upper)) else { return };
        // A lower limit of zero is none, and says nothing of the order.
        if one.column == other.column || least == most || least <= 0.0 {
            return;
        }
        let (one, other) = (self.column_name(one).to_owned(), self.column_name(other).to_owned());
        self.tallies.push(if least > most { Tally::LimitsReversed(one, other) } else { Tally::LimitsOrdered(one, other) });
    }

    /// An area above zero, without which a row does not stand.
    pub(super) fn key_amount(&mut self, field: &str) -> Option<f64> {
        let found = self.amount(field, |value| value > 0.0, "应大于 0");
        if found.is_none() {
            self.demand(field);
        }
        found
    }

    /// Sets the row aside for a fault of this field.
    pub(super) fn refuse_row(&mut self, field: &str, message: String) {
        self.report(IssueCode::KeyMissing, field, "", message);
    }

    /// Reports a fault at the column of a field; what becomes of the value or the row is the caller's business.
    pub(super) fn report(&mut self, code: IssueCode, field: &str, value: &str, message: String) {
        let column = self.bound(field).map_or("", |bound| self.column_name(bound));
        self.push(IngestIssue::new(code, message).with_cell(column, value));
    }

    /// Says so when the row names what its register does not hold; the row keeps the name.
    pub(super) fn refer(&mut self, register: RegisterKind, field: &str, division: &str, code: &str) {
        let Some(known) = self.frame.place.registered.get(&register) else { return };
        if known.is_empty() {
            self.tallies.push(Tally::EmptyRegister(register));
        } else if !known.contains(division, code) {
            let label = register.label_zh();
            let message = format!("{division} 的{label}登记簿中没有“{code}”；本行已保存，暂时对不上{label}");
            self.report(IssueCode::NotRegistered, field, code, message);
        }
    }

    /// A whole number within bounds.
    pub(super) fn count(&mut self, field: &str, least: i32, most: i32) -> Option<i32> {
        let (bound, cell) = self.cell(field)?;
        let read = match *cell {
            Cell::Number(number) => Some(number).filter(|number| number.is_finite()),
            Cell::Whole(number) => Some(number as f64),
            _ => values::number(&cell.text())
                .filter(|written| matches!(written.suffix.as_str(), "" | "层" | "年"))
                .map(|written| written.value),
        };
        let Some(value) = read else {
            self.refuse(IssueCode::NumberUnreadable, bound, &cell.text(), "无法识别为整数");
            return None;
        };
        if value.fract() != 0.0 || value < f64::from(least) || value > f64::from(most) {
            self.refuse(IssueCode::OutOfRange, bound, &cell.text(), &format!("应为 {least} 到 {most} 的整数"));
            return None;
        }
        Some(self.noted(field, value as i32, i32::to_string))
    }

    /// A year that a row does not stand without.
    pub(super) fn key_year(&mut self, field: &str) -> Option<i32> {
        let found = self.count(field, 1990, 2100);
        if found.is_none() {
            self.demand(field);
        }
        found
    }

    /// A date; sentinel days count as none.
    pub(super) fn date(&mut self, field: &str) -> Option<NaiveDate> {
        let (bound, cell) = self.cell(field)?;
        let read = match &*cell {
            Cell::Date(day) => Some(values::checked(*day)),
            _ => values::date(&cell.text()),
        };
        match read {
            Some(DateRead::On(day)) => Some(self.noted(field, day, NaiveDate::to_string)),
            Some(DateRead::Month(first)) => {
                let end = MonthEnd::of(field);
                self.tallies.push(Tally::MonthOnly(self.column_name(bound).to_owned(), end));
                let day = if end == MonthEnd::First { first } else { values::month_end(first) };
                Some(self.noted(field, day, NaiveDate::to_string))
            }
            Some(DateRead::Nothing) => {
                self.tallies.push(Tally::Sentinel(self.column_name(bound).to_owned(), cell.text().into_owned()));
                None
            }
            None => {
                self.refuse(IssueCode::DateUnreadable, bound, &cell.text(), "不是有效的日期");
                None
            }
        }
    }

    /// A date that a row does not stand without.
    pub(super) fn key_date(&mut self, field: &str) -> Option<NaiveDate> {
        let found = self.date(field);
        if found.is_none() {
            self.demand(field);
        }
        found
    }

    /// One of the words of a closed list, or of the mapping's translation into it.
    pub(super) fn word(&mut self, field: &str) -> Option<String> {
        let Some((bound, cell)) = self.cell(field) else {
            let blank = self.bound(field).and_then(|bound| bound.mapping.blank.clone())?;
            return Some(self.noted(field, blank, String::clone));
        };
        let text = values::text(&cell.text());
        let found = bound.mapping.translate(&text).map(str::to_owned);
        let Sort::Word(words) = bound.mapping.field.sort else {
            return found;
        };
        match found {
            Some(word) if word.is_empty() => None,
            Some(word) if words.contains(&word.as_str()) => Some(self.noted(field, word, String::clone)),
            _ => {
                let known: Vec<&str> = bound.mapping.values.iter().map(|(from, _)| from.as_str()).collect();
                let expected = if known.is_empty() { words.join("、") } else { known.join("、") };
                self.refuse(IssueCode::WordUnknown, bound, &text, &format!("不在约定的取值内（{expected}）"));
                None
            }
        }
    }

    /// One of the words of a closed list, without which a row does not stand.
    pub(super) fn key_word(&mut self, field: &str) -> Option<String> {
        let found = self.word(field);
        if found.is_none() {
            self.demand(field);
        }
        found
    }

    /// Yes or no.
    pub(super) fn truth(&mut self, field: &str) -> Option<bool> {
        let (bound, cell) = self.cell(field)?;
        let text = values::text(&cell.text());
        let word = bound.mapping.translate(&text);
        match word {
            Some("yes") => Some(self.noted(field, true, said)),
            Some("no") => Some(self.noted(field, false, said)),
            Some("") => None,
            word => match word.and_then(values::truth) {
                Some(found) => Some(self.noted(field, found, said)),
                None => {
                    self.refuse(IssueCode::WordUnknown, bound, &text, "既不是“是”也不是“否”");
                    None
                }
            },
        }
    }

    /// Industry division and the edition it is of; both or neither.
    pub(super) fn industry(&mut self) -> (Option<String>, Option<String>) {
        let Some((bound, cell)) = self.cell("industry_code") else {
            return (None, None);
        };
        let text = values::text(&cell.text());
        let word = bound.mapping.translate(&text).unwrap_or(&text);
        let Some(division) = values::industry_division(word) else {
            self.refuse(IssueCode::IndustryUnreadable, bound, &text, "不是行业大类代码（两位数字）");
            return (None, None);
        };
        match self.text("industry_edition") {
            Some(edition) => (Some(edition), Some(self.noted("industry_code", division, String::clone))),
            None => (None, None),
        }
    }

    /// Day whose state the row shows: its own, else the file's.
    pub(super) fn observed_on(&mut self) -> Option<NaiveDate> {
        self.date("observed_on").or(self.frame.mapping.observed_on)
    }

    /// Reporting unit, if it is registered.
    pub(super) fn reporting_unit(&mut self) -> Option<String> {
        let code = self.text("reporting_unit_code")?;
        let known = self.frame.place.reporting_units.as_ref();
        if known.is_none_or(|units| units.contains(&code)) {
            return Some(code);
        }
        let bound = self.bound("reporting_unit_code")?;
        self.unnoted("reporting_unit_code");
        self.refuse(IssueCode::ReportingUnitUnknown, bound, &code, "没有登记");
        None
    }
}

/// A number as a preview shows it: four decimals at most.
fn decimal(value: f64) -> String {
    let text = format!("{value:.4}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn said(flag: &bool) -> String {
    if *flag { "是" } else { "否" }.to_owned()
}

/// Factor from what is written to what is kept: a unit in the cell wins over the mapping's.
fn written_amount(mapping: &FieldMapping, written: &values::Written) -> Option<f64> {
    if written.suffix.is_empty() {
        return Some(mapping.factor);
    }
    match mapping.field.sort {
        Sort::Area => values::area_unit(&written.suffix),
        Sort::Money => values::money_unit(&written.suffix),
        Sort::Length => matches!(written.suffix.as_str(), "m" | "米").then_some(1.0),
        _ => None,
    }
}
