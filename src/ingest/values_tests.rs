use chrono::NaiveDate;
use proptest::prelude::*;

use super::*;

fn value(text: &str) -> Option<(f64, String)> {
    number(text).map(|written| (written.value, written.suffix))
}

#[test]
fn numbers_are_read_as_people_write_them() {
    for (text, expected, suffix) in [
        ("2163平方米", 2163.0, "平方米"),
        ("1.672815公顷", 1.672815, "公顷"),
        ("１２３４．５", 1234.5, ""),
        ("1,234.5", 1234.5, ""),
        ("1，234,567", 1_234_567.0, ""),
        ("24.9480;", 24.948, ""),
        (" 210% ", 210.0, "%"),
        ("-9999", -9999.0, ""),
        ("7500万元/公顷", 7500.0, "万元/公顷"),
        ("1.5e3", 1500.0, ""),
        ("12 ", 12.0, ""),
        ("3.0", 3.0, ""),
        ("0", 0.0, ""),
    ] {
        assert_eq!(value(text), Some((expected, suffix.to_owned())), "{text}");
    }
}

#[test]
fn what_is_no_single_number_is_not_read_as_one() {
    for text in ["", "—", "无", "12.0000;12.9480;", "大于1", "abc", ".", "-", "1.2.3", "10-20", "NaN", "inf", "1e999"] {
        assert_eq!(value(text), None, "{text}");
    }
}

#[test]
fn ranges_of_contracts_are_read() {
    let both = |lower, upper| Some(Range { lower: Some(lower), upper: Some(upper), percent: false });
    assert_eq!(range("大于或等于1.1并且小于或等于2.5"), both(1.1, 2.5));
    assert_eq!(range("大于1并且小于或等于2"), both(1.0, 2.0));
    assert_eq!(range("≥1.0且≤2.0"), both(1.0, 2.0));
    assert_eq!(range("1.0-2.0"), both(1.0, 2.0));
    assert_eq!(range("1.5"), both(1.5, 1.5));
    assert_eq!(range("小于或等于60"), Some(Range { lower: None, upper: Some(60.0), percent: false }));
    assert_eq!(range("小于或等于60%"), Some(Range { lower: None, upper: Some(60.0), percent: true }));
    assert_eq!(range("不低于1.2"), Some(Range { lower: Some(1.2), upper: None, percent: false }));
    assert_eq!(range("60%以下"), Some(Range { lower: None, upper: Some(60.0), percent: true }));
    for text in
        ["1.0≤R≤2.0", "1.0<容积率≤2.0", "1.0≤FAR<=2.0", "2.0≥R≥1.0", "≥1.0且≤2.0", ">=1.0,<=2.0", "1.0～2.0", "１．０≤Ｒ≤２．０"]
    {
        assert_eq!(range(text), both(1.0, 2.0), "{text}");
    }
    let lower = Some(Range { lower: Some(1.5), upper: None, percent: false });
    for text in ["不低于1.5", "≥1.5", "R≥1.5", "1.5≤R", "1.5及以上", "1.5(含)以上", "1.5（含）以上", "大于等于1.5"]
    {
        assert_eq!(range(text), lower, "{text}");
    }
    for text in ["≤60%", "60%及以下", "小于或等于60％", "密度≤60%"] {
        assert_eq!(range(text), Some(Range { lower: None, upper: Some(60.0), percent: true }), "{text}");
    }
    for text in ["1.0≤R≥2.0", "1≤2≤3", "R≤S", "≤", "1≤2"] {
        assert_eq!(range(text), None, "{text}");
    }
    assert_eq!(range("见合同"), None);
    assert_eq!(range(""), None);
}

#[test]
fn dates_are_read_in_the_forms_met_in_practice() {
    let tenth = Some(DateRead::On(NaiveDate::from_ymd_opt(2017, 9, 10).unwrap()));
    for text in [
        "2017年09月10日",
        "2017年9月10日",
        "2017/9/10",
        "2017-09-10",
        "2017.9.10",
        "20170910",
        "42988",
        "2017-09-10T00:00:00",
        "2017-09-10 12:30:00",
        "2017/09/10 00:00:00+08",
        "２０１７年９月１０日",
        "42988.5",
        "2017年09月10日10时00分",
    ] {
        assert_eq!(date(text), tenth, "{text}");
    }
    let september = Some(DateRead::Month(NaiveDate::from_ymd_opt(2017, 9, 1).unwrap()));
    for text in ["2017.9", "2017年9月", "2017-09", "2017/9", "201709", "２０１７．９"] {
        assert_eq!(date(text), september, "{text}");
    }
    assert_eq!(month_end(NaiveDate::from_ymd_opt(2024, 2, 1).unwrap()), NaiveDate::from_ymd_opt(2024, 2, 29).unwrap());
    assert_eq!(month_end(NaiveDate::from_ymd_opt(2017, 12, 1).unwrap()), NaiveDate::from_ymd_opt(2017, 12, 31).unwrap());
    assert_eq!(date("2017.10"), Some(DateRead::Month(NaiveDate::from_ymd_opt(2017, 10, 1).unwrap())));
    assert_eq!(date("2017.1"), None, "2017.10 as a number, or January");
    for text in ["1901-01-02", "1900-01-01", "1899-12-30", "9999-12-31", "0", "1900-01-00", "1900/1/0", "0000-00-00"] {
        assert_eq!(date(text), Some(DateRead::Nothing), "{text}");
    }
    for text in ["20170931", "2017-13-01", "2017年", "2017", "9月", "abc", "", "2017-09-10 abc", "123456789", "12"] {
        assert_eq!(date(text), None, "{text}");
    }
}

#[test]
fn units_of_area_keep_the_exact_mu() {
    assert_eq!(area_unit("亩"), Some(2000.0 / 3.0));
    assert_eq!(area_unit("公顷"), Some(10_000.0));
    assert_eq!(area_unit("m2"), Some(1.0));
    assert_eq!(area_unit("万元/公顷"), None);
}

#[test]
fn codes_lose_what_a_spreadsheet_added() {
    assert_eq!(code(" 330402001001GB00001 "), "330402001001GB00001");
    assert_eq!(code("330402.0"), "330402");
    assert_eq!(code("浙土批〔2021〕0.0"), "浙土批〔2021〕0.0");
    for damaged in ["3.30402E+11", "3.30402001002e+18", "9E+17", "３．３E+18"] {
        assert!(is_damaged_code(damaged), "{damaged}");
    }
    for sound in ["330402001002GB00012", "1.5E+3", "E+12", "91330400MA0000001Y", "1E+400"] {
        assert!(!is_damaged_code(sound), "{sound}");
    }
    assert_eq!(industry_division("C3511"), Some("35".to_owned()));
    assert_eq!(industry_division("17"), Some("17".to_owned()));
    assert_eq!(industry_division("纺织"), None);
    assert_eq!(industry_division("7"), None);
}

proptest! {
    #[test]
    fn no_text_makes_a_reader_panic(text in ".{0,60}") {
        let _ = (number(&text), range(&text), date(&text), code(&text), truth(&text), industry_division(&text));
    }

    #[test]
    fn no_numeric_looking_text_makes_a_reader_panic(text in "[-+0-9eE.,，;%年月日/ ~≥≤且亩]{0,40}") {
        let _ = (number(&text), range(&text), date(&text), code(&text));
    }

    #[test]
    fn a_printed_number_is_read_back(value in -1.0e12..1.0e12f64) {
        let read = number(&format!("{value}")).map(|written| written.value);
        prop_assert_eq!(read, Some(value));
    }

    #[test]
    fn a_printed_date_is_read_back(days in 800i64..200_000) {
        if let Some(DateRead::On(day)) = serial_date(days) {
            for pattern in ["%Y-%m-%d", "%Y/%m/%d", "%Y年%m月%d日", "%Y%m%d"] {
                prop_assert_eq!(date(&day.format(pattern).to_string()), Some(DateRead::On(day)));
            }
        }
    }
}
