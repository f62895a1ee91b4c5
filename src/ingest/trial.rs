//! The parsers of what strangers send, each with what must hold whatever the bytes. Run on bytes without end by
//! `scripts/fuzz.sh` and `fuzz/`; a broken promise is a panic.

use mujun_geometry::{Crs, wkb};

use super::{
    csv, encoding, gdal_source,
    isolated::{decode_rows, encode_rows},
    source::{RawRow, Shape},
    survey_text, values, written_shape,
};

/// A trial: takes bytes, panics when a promise is broken.
pub type Trial = fn(&[u8]);

/// Every trial by name; each has a folder of the name in `fuzz/corpus`.
pub const TRIALS: [(&str, Trial); 10] = [
    ("numbers", numbers),
    ("dates", dates),
    ("ranges", ranges),
    ("codes", codes),
    ("wkb", well_known_binary),
    ("tables", tables),
    ("encodings", encodings),
    ("frames", frames),
    ("drawings", drawings),
    ("shapes", shapes),
];

fn numbers(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    if let Some(found) = values::number(&text) {
        assert!(found.value.is_finite(), "{text:?}");
        assert!(!found.suffix.chars().any(|c| c.is_ascii_digit()), "{text:?} left {:?}", found.suffix);
        // What was understood, written plainly, is understood again.
        let again = values::number(&found.value.to_string()).map(|again| again.value);
        assert_eq!(again, Some(found.value), "{text:?}");
    }
    let _ = (values::area_unit(&text), values::money_unit(&text), values::truth(&text));
}

fn dates(bytes: &[u8]) {
    use chrono::Datelike;
    let text = String::from_utf8_lossy(bytes);
    if let Some(values::DateRead::On(day)) = values::date(&text) {
        assert!((1000..=9999).contains(&day.year()), "{text:?} as {day}");
        assert_eq!(values::date(&day.to_string()), Some(values::DateRead::On(day)), "{text:?}");
    }
    if let Some(serial) = bytes.first_chunk::<8>() {
        let _ = values::serial_date(i64::from_le_bytes(*serial));
    }
}

fn ranges(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    if let Some(range) = values::range(&text) {
        assert!([range.lower, range.upper].into_iter().flatten().all(f64::is_finite), "{text:?} as {range:?}");
    }
}

fn codes(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let code = values::code(&text);
    assert_eq!(values::code(&code), code, "{text:?} is not settled");
    let plain = values::text(&text);
    assert_eq!(values::text(&plain), plain, "{text:?} is not settled");
    if values::is_division_code(&text) {
        assert_eq!(text.len(), 6);
    }
    if let Some(division) = values::industry_division(&text) {
        assert!(division.len() == 2 && division.bytes().all(|byte| byte.is_ascii_digit()), "{text:?} as {division}");
    }
}

fn well_known_binary(bytes: &[u8]) {
    for crs in [Crs::CGCS2000, Crs::CGCS2000_GK_120E] {
        let Ok(read) = wkb::from_wkb(bytes, crs) else { continue };
        // No more coordinates than there are bytes for.
        let vertices: usize =
            read.iter().map(|p| p.exterior().0.len() + p.interiors().iter().map(|r| r.0.len()).sum::<usize>()).sum();
        // Rings that were not closed are: one vertex a ring may have been added.
        let rings: usize = read.iter().map(|p| 1 + p.interiors().len()).sum();
        assert!(vertices * 16 <= bytes.len() + 16 * rings, "{vertices} vertices out of {} bytes", bytes.len());
    }
}

fn tables(bytes: &[u8]) {
    let (text, _) = encoding::decode_file(None, bytes);
    let Some(records) = csv::trial(&text) else { return };
    assert!(records.iter().all(|record| record.iter().any(|field| !field.trim().is_empty())), "a blank record");
    let taken: usize = records.iter().flatten().map(String::len).sum();
    assert!(taken <= text.len(), "{taken} bytes of fields out of {}", text.len());
    let _ = survey_text::trial(&text);
}

fn encodings(bytes: &[u8]) {
    let (text, decision) = encoding::decode_file(None, bytes);
    if let Ok(valid) = std::str::from_utf8(bytes)
        && decision.encoding == encoding_rs::UTF_8
    {
        assert_eq!(text.trim_start_matches('\u{feff}'), valid.trim_start_matches('\u{feff}'));
    }
    let samples: Vec<Vec<u8>> = bytes.split(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
    let cpg = samples.first().map(|label| String::from_utf8_lossy(label).into_owned());
    let decided = encoding::decide(None, &encoding::Hints { cpg, language: bytes.first().copied() }, &samples);
    for sample in &samples {
        let _ = encoding::decode(decided.encoding, sample);
    }
    let start = &bytes[..bytes.len().min(512)];
    let _ = encoding::decide_start(None, start, std::str::from_utf8(bytes).is_ok());
}

fn frames(bytes: &[u8]) {
    if let Some(rows) = decode_rows(bytes) {
        // Not a number is not equal to itself, so the bytes are compared.
        assert_eq!(encode_rows(&rows), bytes, "rows that are taken are written the same");
    }
}

fn drawings(bytes: &[u8]) {
    let numbers: Vec<(f64, f64)> = bytes
        .chunks_exact(4)
        .map(|chunk| (f64::from(i16::from_le_bytes([chunk[0], chunk[1]])), f64::from(i16::from_le_bytes([chunk[2], chunk[3]]))))
        .collect();
    let (rings, at) = numbers.split_at(numbers.len() / 2);
    let rings: Vec<Vec<(f64, f64)>> = rings.chunks(5).map(<[(f64, f64)]>::to_vec).collect();
    let (placed, astray) = gdal_source::drawing_trial(&rings, at);
    assert_eq!(placed + astray, at.len(), "every text is somewhere");
}

fn shapes(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let Some(shape) = written_shape::trial(&text) else { return };
    let row = RawRow { number: 1, cells: Vec::new(), shape };
    assert!(decode_rows(&encode_rows(std::slice::from_ref(&row))).is_some(), "a shape that cannot be sent");
    if let Shape::Polygons { wkb: bytes, .. } = &row.shape {
        // GDAL writes what we read, but for coordinates that are none.
        assert!(wkb::from_wkb(bytes, Crs::CGCS2000).is_ok(), "{text:?}");
    }
}
