//! What the cells of a column are, by looking at them: how many are filled, which sort of value they hold, a few of them.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use mujun_domain::code::{CadastralCode, CreditCode, RealEstateUnitCode};
use serde::Serialize;

use crate::ingest::{
    header::{Header, WrittenUnit},
    source::{Cell, RawRow},
    values::{self, DateRead},
};

/// Distinct texts that are remembered of one column.
const WORDS: usize = 60;
/// A sort is a column's when so many hundredths of its filled cells are of it.
const MOST: usize = 90;

/// The sort of values that a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CellSort {
    /// No cell is filled.
    Empty,
    /// 19-place cadastral codes.
    CadastralCode,
    /// 28-place real estate unit codes.
    RealEstateUnitCode,
    /// Unified social credit codes.
    CreditCode,
    /// Six-digit division codes.
    DivisionCode,
    /// Codes that a spreadsheet turned into floating numbers: their last digits are lost.
    DamagedCode,
    /// Dates.
    Date,
    /// Whole numbers.
    Whole,
    /// Numbers.
    Number,
    /// Numbers with a unit behind them.
    Measured,
    /// Ranges and limits in words.
    Range,
    /// Yes and no.
    Truth,
    /// A few words that come again and again.
    Word,
    /// Other text.
    Text,
}

impl CellSort {
    /// 中文。
    pub fn label_zh(self) -> &'static str {
        match self {
            CellSort::Empty => "全空",
            CellSort::CadastralCode => "宗地代码（19 位）",
            CellSort::RealEstateUnitCode => "不动产单元代码（28 位）",
            CellSort::CreditCode => "统一社会信用代码（18 位）",
            CellSort::DivisionCode => "行政区划代码（6 位）",
            CellSort::DamagedCode => "被表格软件改成数值的编码（末位已丢失）",
            CellSort::Date => "日期",
            CellSort::Whole => "整数",
            CellSort::Number => "数值",
            CellSort::Measured => "带单位的数值",
            CellSort::Range => "区间或限值",
            CellSort::Truth => "是否",
            CellSort::Word => "少数几种取值",
            CellSort::Text => "文字",
        }
    }
}

/// Whether a cell is of a sort.
type Test = fn(&str) -> bool;

/// One column, looked at.
pub(in crate::ingest) struct Profile {
    /// Name as the file has it.
    pub name: String,
    /// The name, taken apart.
    pub header: Header,
    /// The cells as texts, one a row that was looked at; empty for blank ones.
    pub cells: Vec<String>,
    /// How many are filled.
    pub filled: usize,
    /// Sort of its values.
    pub sort: CellSort,
    /// Distinct texts and how often each comes; at most [`WORDS`].
    pub words: BTreeMap<String, usize>,
    /// Whether there are more distinct texts than `words` holds.
    pub has_more_words: bool,
    /// The unit written behind its numbers, when all that have one have the same.
    pub cell_unit: Option<WrittenUnit>,
}

impl Profile {
    /// Looks at the column at this position of the rows.
    pub fn of(name: &str, position: usize, rows: &[RawRow]) -> Profile {
        let read: Vec<&Cell> = rows.iter().map(|row| row.cells.get(position).unwrap_or(&Cell::Empty)).collect();
        let cells: Vec<String> = read
            .iter()
            .map(|cell| {
                let text = match cell {
                    // A spreadsheet shows such a number as 3.30402E+18; printed in full it would look like a sound code.
                    Cell::Number(number) if values::is_beyond_digits(*number) => format!("{number:E}").replacen('E', "E+", 1),
                    cell => values::text(&cell.text()),
                };
                if values::means_nothing(&text) { String::new() } else { text }
            })
            .collect();
        let mut words = BTreeMap::new();
        let mut has_more_words = false;
        for text in cells.iter().filter(|text| !text.is_empty()) {
            if words.len() < WORDS || words.contains_key(text) {
                *words.entry(text.clone()).or_insert(0) += 1;
            } else {
                has_more_words = true;
            }
        }
        let filled = cells.iter().filter(|text| !text.is_empty()).count();
        let dated = read.iter().filter(|cell| matches!(cell, Cell::Date(_))).count();
        let mut profile = Profile {
            name: name.to_owned(),
            header: Header::read(name),
            cells,
            filled,
            sort: CellSort::Empty,
            words,
            has_more_words,
            cell_unit: None,
        };
        profile.cell_unit = profile.unit_behind_numbers();
        profile.sort = profile.judge(dated);
        profile
    }

    fn judge(&self, dated: usize) -> CellSort {
        if self.filled == 0 {
            return CellSort::Empty;
        }
        let mostly = |count: usize| count * 100 >= self.filled * MOST;
        let tests: [(CellSort, Test); 9] = [
            (CellSort::CadastralCode, |text| CadastralCode::parse(&values::code(text)).is_ok()),
            (CellSort::RealEstateUnitCode, |text| RealEstateUnitCode::parse(text).is_ok()),
            (CellSort::CreditCode, |text| CreditCode::parse(&values::code(text)).is_ok()),
            (CellSort::DivisionCode, is_chinese_division),
            (CellSort::DamagedCode, values::is_damaged_code),
            (CellSort::Date, is_written_date),
            (CellSort::Whole, |text| values::number(text).is_some_and(|n| n.suffix.is_empty() && n.value.fract() == 0.0)),
            (CellSort::Number, |text| values::number(text).is_some_and(|n| n.suffix.is_empty())),
            (CellSort::Measured, |text| values::number(text).is_some_and(|n| WrittenUnit::read(&n.suffix).is_some())),
        ];
        if mostly(dated) {
            return CellSort::Date;
        }
        if let Some((sort, _)) = tests.iter().find(|(_, test)| mostly(self.count(test))) {
            return *sort;
        }
        if mostly(self.count(&|text| values::range(text).is_some())) {
            return CellSort::Range;
        }
        if mostly(self.count(&|text| values::truth(text).is_some())) {
            return CellSort::Truth;
        }
        let is_few = !self.has_more_words && self.words.len() <= 12 && self.words.len() * 3 <= self.filled;
        if is_few { CellSort::Word } else { CellSort::Text }
    }

    /// How many of the filled cells pass a test.
    pub fn count(&self, test: &dyn Fn(&str) -> bool) -> usize {
        self.cells.iter().filter(|text| !text.is_empty() && test(text)).count()
    }

    /// The share of the filled cells that pass a test; 0 when none is filled.
    pub fn share(&self, test: &dyn Fn(&str) -> bool) -> f64 {
        if self.filled == 0 { 0.0 } else { self.count(test) as f64 / self.filled as f64 }
    }

    /// The share of the rows in which the column is filled.
    pub fn share_filled(&self) -> f64 {
        if self.cells.is_empty() { 0.0 } else { self.filled as f64 / self.cells.len() as f64 }
    }

    /// The first distinct values.
    pub fn samples(&self, count: usize) -> Vec<String> {
        let mut samples: Vec<String> = Vec::with_capacity(count);
        for text in self.cells.iter().filter(|text| !text.is_empty()) {
            if samples.len() == count {
                break;
            }
            let shown = crate::ingest::issue::shortened(text, 60);
            if !samples.contains(&shown) {
                samples.push(shown);
            }
        }
        samples
    }

    fn unit_behind_numbers(&self) -> Option<WrittenUnit> {
        let mut units = self
            .cells
            .iter()
            .filter_map(|text| values::number(text))
            .filter(|written| !written.suffix.is_empty())
            .map(|written| WrittenUnit::read(&written.suffix));
        let first = units.next()??;
        units.all(|unit| unit == Some(first)).then_some(first)
    }
}

/// A division code of mainland China: its first two digits are a province's.
fn is_chinese_division(text: &str) -> bool {
    let code = values::code(text);
    values::is_division_code(&code) && matches!(code.as_bytes()[0], b'1'..=b'6') && matches!(code.as_bytes()[1], b'1'..=b'6')
}

/// A date that is written as one; a lone number of five digits may be anything.
fn is_written_date(text: &str) -> bool {
    let folded = values::plain(text);
    let is_serial = folded.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') && folded.len() < 8;
    match values::date(&folded) {
        Some(DateRead::On(day)) => !is_serial && day >= FIRST_DAY,
        Some(DateRead::Nothing | DateRead::Month(_)) => !is_serial,
        None => false,
    }
}

/// Before this day no register of land was kept; earlier "dates" are numbers of eight digits.
const FIRST_DAY: NaiveDate = match NaiveDate::from_ymd_opt(1949, 10, 1) {
    Some(day) => day,
    None => NaiveDate::MIN,
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::source::Shape;

    fn sort(cells: &[&str]) -> CellSort {
        let rows: Vec<RawRow> = cells
            .iter()
            .map(|text| RawRow { number: 1, cells: vec![Cell::Text((*text).to_owned())], shape: Shape::Absent })
            .collect();
        Profile::of("列", 0, &rows).sort
    }

    #[test]
    fn a_column_is_what_most_of_its_cells_are() {
        for (cells, expected) in [
            (&["330402001002GB00012", "330402001002GB00013"][..], CellSort::CadastralCode),
            (&["330402001002GB00012F00010001"], CellSort::RealEstateUnitCode),
            (&["91330400MA0000001Y"], CellSort::CreditCode),
            (&["330402", "330481.0"], CellSort::DivisionCode),
            (&["000123", "990000"], CellSort::Whole),
            (&["3.30402E+11", "3.30402001002E+18"], CellSort::DamagedCode),
            (&["1.5E+3"], CellSort::Whole),
            (&["2017年09月10日", "2017/1/3", "1901-01-02"], CellSort::Date),
            (&["20170910", "20181231"], CellSort::Date),
            (&["42988", "42989"], CellSort::Whole),
            (&["1.5", "2"], CellSort::Number),
            (&["2163平方米", "14939.07平方米"], CellSort::Measured),
            (&["大于或等于1.1并且小于或等于2.5", "小于或等于60%"], CellSort::Range),
            (&["是", "否"], CellSort::Truth),
            (&["在建", "在建", "未开工", "在建", "未开工", "未开工"], CellSort::Word),
            (&["南湖区大桥镇", "秀洲区王江泾镇"], CellSort::Text),
            (&["", "无", "—"], CellSort::Empty),
        ] {
            assert_eq!(sort(cells), expected, "{cells:?}");
        }
    }
}
