//! Readers of cells: numbers, ranges, dates and codes as they stand in real tables. Total functions, no panic, no clock.
//!
//! They answer what is written, not what is plausible: bounds and contradictions are checked by the caller.

use std::borrow::Cow;

use chrono::{Datelike, NaiveDate};

/// A number, and the unit written behind it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Written {
    /// The number.
    pub value: f64,
    /// What stands behind it, such as `平方米` or `%`; empty when nothing does.
    pub suffix: String,
}

/// Full-width digits and marks to their ASCII forms, blanks of all kinds removed at both ends.
pub(super) fn plain(text: &str) -> String {
    if text.bytes().all(|byte| (0x20..0x7f).contains(&byte)) {
        return text.trim().to_owned();
    }
    let folded: String = text
        .chars()
        .filter(|c| !c.is_control() || *c == ' ' || *c == '\t')
        .map(|c| match c {
            '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
            '\u{3000}' | '\u{a0}' | '\t' | '\u{2007}' | '\u{202f}' | '\u{2009}' => ' ',
            '\u{2212}' | '\u{2013}' => '-',
            '\u{feff}' | '\u{200b}' => ' ',
            '。' => '.',
            other => other,
        })
        .collect();
    folded.trim().to_owned()
}

/// Words by which people write "nothing".
pub(super) fn means_nothing(text: &str) -> bool {
    /// The longest of them, bytes: most cells are told apart by this alone.
    const LONGEST: usize = 6;
    text.len() <= LONGEST
        && matches!(
            text,
            "" | "-"
                | "--"
                | "---"
                | "—"
                | "——"
                | "/"
                | "\\"
                | "无"
                | "暂无"
                | "空"
                | "未知"
                | "不详"
                | "null"
                | "NULL"
                | "Null"
                | "<Null>"
                | "<null>"
                | "N/A"
                | "n/a"
                | "NA"
                | "#N/A"
                | "None"
                | "nan"
                | "NaN"
                | "NaT"
        )
}

/// A number with thousands marks, full-width digits, a trailing semicolon or a unit behind it.
///
/// `2163平方米` → 2163 and `平方米`; `24.9480;` → 24.948. A second number makes it unreadable.
pub(super) fn number(text: &str) -> Option<Written> {
    let folded = plain(text);
    let body = folded.trim_end_matches([';', '；', ',', '，', ' ']);
    let body = body.strip_prefix('约').unwrap_or(body).trim_start();
    let body = body.strip_prefix(['¥', '￥']).unwrap_or(body).trim_start();
    let mut end = 0;
    let mut digits = String::with_capacity(body.len());
    let mut seen_digit = false;
    for (at, c) in body.char_indices() {
        let keep = match c {
            '0'..='9' => {
                seen_digit = true;
                true
            }
            '+' | '-' => at == 0,
            '.' => !digits.contains('.'),
            ',' | '，' | ' ' | '\'' => {
                // A mark between digits parts thousands only when exactly three digits follow it.
                let follows = body[at + c.len_utf8()..].chars().take_while(char::is_ascii_digit).count();
                if seen_digit && follows == 3 && !digits.contains('.') {
                    end = at + c.len_utf8();
                    continue;
                }
                false
            }
            'e' | 'E' => {
                let rest = &body[at + 1..];
                let unsigned = rest.strip_prefix(['+', '-']).unwrap_or(rest);
                let power: String = unsigned.chars().take_while(char::is_ascii_digit).collect();
                if seen_digit && (1..=3).contains(&power.len()) {
                    let sign = if rest.starts_with('-') { "-" } else { "" };
                    digits.push_str(&format!("e{sign}{power}"));
                    end = at + 1 + (rest.len() - unsigned.len()) + power.len();
                }
                break;
            }
            _ => false,
        };
        if !keep {
            break;
        }
        digits.push(c);
        end = at + c.len_utf8();
    }
    if !seen_digit {
        return None;
    }
    let value: f64 = digits.parse().ok()?;
    let suffix = body[end..].trim();
    if !value.is_finite() || suffix.chars().any(|c| c.is_ascii_digit()) {
        return None;
    }
    Some(Written { value, suffix: suffix.to_owned() })
}

/// Square metres of one unit of area, by the name people write.
pub(super) fn area_unit(name: &str) -> Option<f64> {
    let lower = name.trim().trim_matches(['(', ')', '（', '）']).to_ascii_lowercase();
    Some(match lower.as_str() {
        "m2" | "m²" | "㎡" | "平方米" | "平米" | "平方公尺" | "sqm" => 1.0,
        "mu" | "亩" => MU,
        "万亩" => 10_000.0 * MU,
        "hectare" | "ha" | "公顷" | "hm2" | "hm²" => 10_000.0,
        "km2" | "km²" | "平方公里" | "平方千米" => 1_000_000.0,
        "sqft" | "sq ft" | "ft2" | "ft²" | "平方英尺" => SQUARE_FOOT,
        "万平方米" | "万㎡" | "万m2" => 10_000.0,
        _ => return None,
    })
}

/// m² of 1 亩: 2000/3 exactly.
pub(super) const MU: f64 = 2000.0 / 3.0;
/// m² of an international square foot: 0.3048².
pub(super) const SQUARE_FOOT: f64 = 0.092_903_04;

/// 万元 of one unit of money.
pub(super) fn money_unit(name: &str) -> Option<f64> {
    Some(match name.trim() {
        "wan_yuan" | "万元" | "万" => 1.0,
        "yuan" | "元" => 1e-4,
        "亿元" | "亿" => 10_000.0,
        _ => return None,
    })
}

/// A range as contracts write it; an end that is not stated is `None`.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub(super) struct Range {
    /// Lower end.
    pub lower: Option<f64>,
    /// Upper end.
    pub upper: Option<f64>,
    /// Whether a percent sign was written.
    pub percent: bool,
}

/// `大于或等于1.1并且小于或等于2.5`, `≥1.0且≤2.0`, `1.0-2.0`, `不低于1.2`, `60%以下`, or one plain number, which is
/// returned as both ends.
pub(super) fn range(text: &str) -> Option<Range> {
    let mut folded = plain(text).replace(['≧', '⩾'], "≥").replace(['≦', '⩽'], "≤");
    for (written, plain) in [(">=", "≥"), ("=>", "≥"), ("<=", "≤"), ("=<", "≤"), ("(含)", ""), ("(不含)", ""), ("之间", "")]
    {
        folded = folded.replace(written, plain);
    }
    if let Some(found) = number(&folded) {
        let percent = found.suffix == "%";
        if percent || found.suffix.is_empty() {
            return Some(Range { lower: Some(found.value), upper: Some(found.value), percent });
        }
    }
    let mut result = Range { percent: folded.contains('%'), ..Range::default() };
    let mut any = false;
    for part in split_conditions(&folded) {
        let part = part.trim();
        if part.is_empty() {
            continue;
        }
        any = true;
        if part.contains(['<', '≤', '>', '≥']) {
            compared(part, &mut result)?;
            continue;
        }
        let lower_words = ["大于或等于", "大于等于", "不低于", "不小于", "不少于", "大于", "高于"];
        let upper_words = ["小于或等于", "小于等于", "不高于", "不大于", "不超过", "不多于", "小于", "低于"];
        if let Some(rest) = lower_words.iter().find_map(|word| part.strip_prefix(word)) {
            result.lower = Some(bare(rest)?);
        } else if let Some(rest) = upper_words.iter().find_map(|word| part.strip_prefix(word)) {
            result.upper = Some(bare(rest)?);
        } else if let Some(rest) = part.strip_suffix("以上") {
            result.lower = Some(bare(rest.trim_end_matches('及'))?);
        } else if let Some(rest) = part.strip_suffix("以下").or_else(|| part.strip_suffix("以内")) {
            result.upper = Some(bare(rest.trim_end_matches('及'))?);
        } else {
            let (left, right) = ["~", "～", "至", "—", "-"].iter().find_map(|mark| part.split_once(mark))?;
            result.lower = Some(bare(left)?);
            result.upper = Some(bare(right)?);
        }
    }
    any.then_some(result)
}

/// `1.0≤R≤2.0`, `R≥1.0`, `1.0≤R`: signs of comparison round a name.
fn compared(part: &str, result: &mut Range) -> Option<()> {
    let signs: Vec<char> = part.chars().filter(|c| matches!(c, '<' | '≤' | '>' | '≥')).collect();
    let sides: Vec<&str> = part.split(['<', '≤', '>', '≥']).map(str::trim).collect();
    let is_rising = |sign: char| matches!(sign, '<' | '≤');
    let has_digits = |side: &str| side.contains(|c: char| c.is_ascii_digit());
    match (signs.as_slice(), sides.as_slice()) {
        ([sign], [left, right]) => {
            let (end, is_upper) = match (has_digits(left), has_digits(right)) {
                (false, true) => (bare(right)?, is_rising(*sign)),
                (true, false) => (bare(left)?, !is_rising(*sign)),
                _ => return None,
            };
            if is_upper {
                result.upper = Some(end);
            } else {
                result.lower = Some(end);
            }
        }
        ([first, second], [left, middle, right]) if is_rising(*first) == is_rising(*second) && !has_digits(middle) => {
            let ends = (bare(left)?, bare(right)?);
            let (lower, upper) = if is_rising(*first) { ends } else { (ends.1, ends.0) };
            result.lower = Some(lower);
            result.upper = Some(upper);
        }
        _ => return None,
    }
    Some(())
}

fn split_conditions(text: &str) -> Vec<String> {
    let mut parts = text.replace("并且", "且");
    for mark in ["，", ",", "；", ";", " 且", "且"] {
        parts = parts.replace(mark, "\n");
    }
    parts.split('\n').map(str::to_owned).collect()
}

fn bare(text: &str) -> Option<f64> {
    let found = number(text.trim())?;
    (found.suffix.is_empty() || found.suffix == "%").then_some(found.value)
}

/// What a date cell says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum DateRead {
    /// A date.
    On(NaiveDate),
    /// A month without a day; its first.
    Month(NaiveDate),
    /// One of the days by which systems write "no date": before 1902, or 9999, or 1900-01-00.
    Nothing,
}

/// A date, or a month (`2017.9`, `2017年9月`, `201709`; but not `2017.1`, which a spreadsheet also makes of `2017.10`):
/// `2017年09月10日`, `2017/1/3`, `2017.1.3`, `20170910`, ISO with or without time, or a spreadsheet serial
/// (`42988` is 2017-09-10, counted from 1899-12-30).
pub(super) fn date(text: &str) -> Option<DateRead> {
    let folded = plain(text);
    let mut parts: Vec<u32> = Vec::with_capacity(3);
    let mut current = String::new();
    let mut consumed_all = true;
    for (at, c) in folded.char_indices() {
        if c.is_ascii_digit() {
            current.push(c);
            if current.len() > 8 {
                return None;
            }
            continue;
        }
        if !current.is_empty() {
            parts.push(current.parse().ok()?);
            current.clear();
        }
        match c {
            '年' | '月' | '/' | '-' | '.' if parts.len() < 3 => {}
            '日' | '号' | 'T' | ' ' if parts.len() == 3 => {
                // What follows a whole date is a time of day, which no field keeps; anything else is no date.
                let rest = &folded[at + c.len_utf8()..];
                let is_time = rest
                    .chars()
                    .all(|c| c.is_ascii_digit() || matches!(c, ':' | '.' | ' ' | '+' | '-' | 'Z' | 'T' | '时' | '分' | '秒'));
                if !is_time {
                    return None;
                }
                consumed_all = false;
                break;
            }
            ' ' if parts.len() < 3 => {}
            _ => return None,
        }
    }
    if consumed_all && !current.is_empty() {
        if parts.is_empty() {
            return lone_number(&folded, &current);
        }
        parts.push(current.parse().ok()?);
    }
    match parts.as_slice() {
        // What spreadsheets show for the serial 0, and databases for no date at all.
        [1900, 1, 0] | [0, 0, 0] => Some(DateRead::Nothing),
        [year, month, day] if *year >= 1000 => calendar(*year, *month, *day),
        [year, month] if *year < 10_000 && !folded.ends_with(".1") => month_of(*year, *month),
        // A serial with a fraction: the time of day is in the fraction.
        [serial, _] if folded.contains('.') && *serial >= 10_000 => serial_date(i64::from(*serial)),
        _ => None,
    }
}

fn lone_number(folded: &str, digits: &str) -> Option<DateRead> {
    if folded != digits {
        return None;
    }
    let value: u32 = digits.parse().ok()?;
    match digits.len() {
        8 => calendar(value / 10_000, value / 100 % 100, value % 100),
        6 => month_of(value / 100, value % 100),
        1 if value == 0 => Some(DateRead::Nothing),
        5 => serial_date(i64::from(value)),
        _ => None,
    }
}

/// A month of the years in which registers are kept.
fn month_of(year: u32, month: u32) -> Option<DateRead> {
    let year = i32::try_from(year).ok().filter(|year| (1949..2100).contains(year))?;
    NaiveDate::from_ymd_opt(year, month, 1).map(DateRead::Month)
}

/// The last day of the month that begins on this day.
pub(super) fn month_end(first: NaiveDate) -> NaiveDate {
    first.checked_add_months(chrono::Months::new(1)).and_then(|next| next.pred_opt()).unwrap_or(first)
}

fn calendar(year: u32, month: u32, day: u32) -> Option<DateRead> {
    let found = NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)?;
    Some(checked(found))
}

/// A spreadsheet serial day of the 1900 system.
pub(super) fn serial_date(serial: i64) -> Option<DateRead> {
    let epoch = NaiveDate::from_ymd_opt(1899, 12, 30)?;
    let found = epoch.checked_add_signed(chrono::Duration::try_days(serial)?)?;
    Some(checked(found))
}

/// Days that no register means: systems write 1899-12-30, 1900-01-01, 1901-01-02 or 9999-12-31 for "no date".
pub(super) fn checked(found: NaiveDate) -> DateRead {
    if found.year() < 1902 || found.year() >= 9999 { DateRead::Nothing } else { DateRead::On(found) }
}

/// 是/否 and their kin.
pub(super) fn truth(text: &str) -> Option<bool> {
    match plain(text).to_ascii_lowercase().as_str() {
        "是" | "有" | "y" | "yes" | "true" | "t" | "1" | "√" => Some(true),
        "否" | "无" | "n" | "no" | "false" | "f" | "0" | "×" => Some(false),
        _ => None,
    }
}

/// Text as it is kept: without control characters (PostgreSQL refuses NUL) and blanks at the ends.
pub(super) fn text(raw: &str) -> String {
    settled(raw).into_owned()
}

/// The same, without a copy where nothing has to be taken out.
pub(super) fn settled(raw: &str) -> Cow<'_, str> {
    let is_blank = |c: char| c.is_whitespace() || c == '\u{feff}' || c == '\u{200b}';
    // The control characters are the ASCII ones and those that UTF-8 begins with C2.
    // Not `all`: many bytes are looked at in one go where none of them ends the search.
    if raw.bytes().fold(true, |is_plain, byte| is_plain & (byte >= 0x20) & (byte != 0x7f) & (byte != 0xc2)) {
        return Cow::Borrowed(raw.trim_matches(is_blank));
    }
    let kept: String =
        raw.chars().map(|c| if c == '\n' || c == '\t' || c == '\r' { ' ' } else { c }).filter(|c| !c.is_control()).collect();
    Cow::Owned(kept.trim_matches(is_blank).to_owned())
}

/// A code kept as text: blanks at the ends removed, full-width letters and digits folded, a `.0` that a spreadsheet put
/// behind digits cut off.
pub(super) fn code(raw: &str) -> String {
    let text = settled(raw);
    // What is folded begins with EF in UTF-8.
    let folded: Cow<'_, str> = if text.as_bytes().contains(&0xef) {
        let fold = |c| match c {
            '０'..='９' | 'Ａ'..='Ｚ' | 'ａ'..='ｚ' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
            other => other,
        };
        text.chars().map(fold).collect()
    } else {
        text
    };
    match folded.strip_suffix(".0") {
        Some(whole) if !whole.is_empty() && whole.bytes().all(|b| b.is_ascii_digit()) => whole.to_owned(),
        _ => folded.into_owned(),
    }
}

/// `3.30402E+11`, `3.30402001002E+18`: a long code that a spreadsheet took for a number, and whose last digits are lost.
pub(super) fn is_damaged_code(text: &str) -> bool {
    // Nearly all codes are told by this; EF begins what is folded.
    if !text.bytes().any(|byte| matches!(byte, b'e' | b'E' | 0xef)) {
        return false;
    }
    let folded = plain(text).to_ascii_uppercase();
    let Some((mantissa, power)) = folded.split_once("E+") else { return false };
    let is_number = mantissa.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let digits = mantissa.bytes().filter(u8::is_ascii_digit).count();
    is_number && digits > 0 && power.parse::<u32>().is_ok_and(|power| (9..40).contains(&power))
}

/// Whether a number is larger than floating numbers hold to the last digit: as a code it is damaged.
pub(super) fn is_beyond_digits(number: f64) -> bool {
    number.abs() >= 9_007_199_254_740_992.0
}

/// The two-digit division of an industry code: `35`, `C35`, `C3511`, `3511` → `35`.
pub(super) fn industry_division(text: &str) -> Option<String> {
    let folded = plain(text);
    let digits = folded.strip_prefix(|c: char| c.is_ascii_uppercase()).unwrap_or(&folded);
    let division = digits.get(..2)?;
    ((2..=4).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit()) && division != "00")
        .then(|| division.to_owned())
}

/// Whether a text is a division code: six digits.
pub(super) fn is_division_code(text: &str) -> bool {
    text.len() == 6 && text.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
#[path = "values_tests.rs"]
mod tests;
