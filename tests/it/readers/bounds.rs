//! Files made to exhaust or to lead astray: refused or bounded, with a message that says which and what to do.

use std::fs::{self, File};
use std::io::{Cursor, Write};
use std::path::{Path, PathBuf};

use mujun::ingest::{ArchiveFault, IngestError, IssueCode};
use tempfile::TempDir;
use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

use super::{options, read_contracts, read_plots};
use crate::ingest::{of, told};

const SQUARE: &str = r#"{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"code":"A1"},"geometry":{"type":"Polygon","coordinates":[[[120.7,30.7],[120.701,30.7],[120.701,30.701],[120.7,30.701],[120.7,30.7]]]}}]}"#;

fn zip_of(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in entries {
        writer.start_file(*name, SimpleFileOptions::default().compression_method(CompressionMethod::Deflated)).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn put(folder: &TempDir, name: &str, bytes: &[u8]) -> PathBuf {
    let path = folder.path().join(name);
    fs::write(&path, bytes).unwrap();
    path
}

fn replaced(mut bytes: Vec<u8>, from: &[u8], to: &[u8]) -> Vec<u8> {
    assert_eq!(from.len(), to.len());
    let mut count = 0;
    for at in 0..bytes.len() - from.len() {
        if bytes[at..].starts_with(from) {
            bytes[at..at + to.len()].copy_from_slice(to);
            count += 1;
        }
    }
    assert!(count > 0);
    bytes
}

fn archive_fault(path: &Path) -> ArchiveFault {
    match read_plots(path, "code", &options(Some(4490), None)) {
        Err(IngestError::Archive { fault, .. }) => fault,
        Err(other) => panic!("{}: {}", path.display(), told(&other)),
        Ok(_) => panic!("{} was taken", path.display()),
    }
}

#[test]
fn names_that_lead_out_of_an_archive_are_refused_and_nothing_is_written() {
    let folder = TempDir::new().unwrap();
    let sound = zip_of(&[("xx/evil.geojson", SQUARE.as_bytes())]);
    assert_eq!(read_plots(&put(&folder, "sound.zip", &sound), "code", &options(None, None)).unwrap().rows.len(), 1);
    for (name, to) in
        [("dots.zip", &b"../evil."[..]), ("root.zip", b"/x/evil."), ("drive.zip", b"C:/evil."), ("back.zip", b"..\\evil.")]
    {
        let path = put(&folder, name, &replaced(sound.clone(), b"xx/evil.", to));
        assert_eq!(archive_fault(&path), ArchiveFault::LeadsAway, "{name}");
    }
    let found: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(found.len(), 5, "{found:?}");
}

#[test]
fn links_passwords_nests_and_lies_in_archives_are_refused_by_name() {
    let folder = TempDir::new().unwrap();
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    writer.add_symlink("parcels.geojson", "/etc/passwd", SimpleFileOptions::default()).unwrap();
    let link = writer.finish().unwrap().into_inner();
    assert_eq!(archive_fault(&put(&folder, "link.zip", &link)), ArchiveFault::Link);

    let inner = zip_of(&[("a.geojson", SQUARE.as_bytes())]);
    let nested = zip_of(&[("inner.zip", &inner)]);
    assert_eq!(archive_fault(&put(&folder, "nested.zip", &nested)), ArchiveFault::Nested);

    let many: Vec<String> = (0..10_001).map(|index| format!("{index}.txt")).collect();
    let entries: Vec<(&str, &[u8])> = many.iter().map(|name| (name.as_str(), &b"x"[..])).collect();
    assert!(matches!(archive_fault(&put(&folder, "many.zip", &zip_of(&entries))), ArchiveFault::Entries { found: 10_001, .. }));

    // The mark of a password, in the entry and in the directory.
    let mut locked = inner.clone();
    for (mark, at) in [(b"PK\x03\x04", 6), (b"PK\x01\x02", 8)] {
        let start = locked.windows(4).position(|bytes| bytes == mark).unwrap();
        locked[start + at] |= 1;
    }
    assert_eq!(archive_fault(&put(&folder, "locked.zip", &locked)), ArchiveFault::Encrypted);
}

/// A zip whose directory claims this size for its only entry.
fn claiming(mut bytes: Vec<u8>, size: u32) -> Vec<u8> {
    let directory = bytes.windows(4).position(|bytes| bytes == b"PK\x01\x02").unwrap();
    bytes[directory + 24..directory + 28].copy_from_slice(&size.to_le_bytes());
    bytes
}

#[test]
fn bombs_are_told_by_what_they_claim_and_stopped_at_it() {
    let folder = TempDir::new().unwrap();
    let sound = zip_of(&[("a.geojson", SQUARE.as_bytes())]);
    let bomb = claiming(sound.clone(), 1 << 31);
    assert!(matches!(archive_fault(&put(&folder, "bomb.zip", &bomb)), ArchiveFault::Ratio { .. }));
    // A megabyte that claims to be ten bytes: no more than that is unpacked.
    let liar = claiming(zip_of(&[("a.geojson", &vec![b' '; 1 << 20])]), 10);
    assert_eq!(archive_fault(&put(&folder, "liar.zip", &liar)), ArchiveFault::Broken);
    let workbook = claiming(zip_of(&[("xl/worksheets/sheet1.xml", b"<worksheet/>")]), 1 << 31);
    assert!(matches!(archive_fault(&put(&folder, "bomb.xlsx", &workbook)), ArchiveFault::Ratio { .. }));
}

#[test]
fn two_gigabytes_of_nothing_are_refused_in_every_format() {
    let folder = TempDir::new().unwrap();
    let starts: [(&str, &[u8]); 9] = [
        ("zeros.csv", b""),
        ("zeros.dxf", b""),
        ("zeros.kml", b""),
        ("start.geojson", b"{\"type\":\"FeatureCollection\",\"features\":["),
        ("start.gpkg", b"SQLite format 3\0"),
        ("start.fgb", b"fgb\x03fgb\x00"),
        ("start.zip", b"PK\x03\x04"),
        ("start.xlsx", b"PK\x03\x04"),
        ("start.gml", b"<gml:FeatureCollection xmlns:gml=\"http://www.opengis.net/gml\">"),
    ];
    for (name, start) in starts {
        let path = put(&folder, name, start);
        File::options().write(true).open(&path).unwrap().set_len(2 << 30).unwrap();
        match read_plots(&path, "code", &options(Some(4490), None)) {
            Ok(read) => panic!("{name} was taken: {} rows", read.rows.len()),
            Err(error) => println!("{name}: {}", told(&error)),
        }
    }
}

#[test]
fn a_million_columns_and_a_cell_without_end_are_refused() {
    let folder = TempDir::new().unwrap();
    let path = put(&folder, "wide.csv", format!("code{}\n1\n", ",c".repeat(1_000_000)).as_bytes());
    assert!(matches!(read_contracts(&path, "code", &options(None, None)), Err(IngestError::TooManyColumns { limit: 4096, .. })));
    let mut long = b"code,remark\nA1,\"".to_vec();
    long.resize(100 << 20, b'x');
    let path = put(&folder, "long.csv", &long);
    match read_contracts(&path, "code", &options(None, None)) {
        Err(error @ IngestError::CellTooLong { row: 1, column: 2, .. }) => {
            assert!(told(&error).contains("引号"), "{}", told(&error))
        }
        other => panic!("{:?}", other.map(|read| read.rows.len())),
    }
    // A text of two megabytes is no value; the row is kept without it.
    let path = put(&folder, "page.csv", format!("code,remark\nA1,{}\n", "x".repeat(2 << 20)).as_bytes());
    let read = read_contracts(&path, "code", &options(None, None)).unwrap();
    assert_eq!((read.rows.len(), of(&read.issues, IssueCode::CellTooLong).len()), (1, 1));
}

#[test]
fn a_sheet_with_a_cell_in_its_last_corner_is_read_without_the_room_between() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("corner.xlsx");
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    sheet.write(0, 0, "code").unwrap();
    sheet.write(1, 0, "A1").unwrap();
    sheet.write(1_048_575, 16_383, "far away").unwrap();
    book.save(&path).unwrap();
    let read = read_contracts(&path, "code", &options(None, None)).unwrap();
    assert_eq!((read.rows.len(), read.source.rows_quarantined), (1, 1), "the far line has no code");
}

#[test]
fn a_ring_of_a_million_corners_is_read_and_one_of_over_two_million_is_not() {
    let folder = TempDir::new().unwrap();
    let circle = |corners: usize| {
        let point = |index: usize| {
            let angle = std::f64::consts::TAU * (index % corners) as f64 / corners as f64;
            format!("{:.9} {:.9}", 120.7 + 0.01 * angle.cos(), 30.7 + 0.01 * angle.sin())
        };
        let ring: Vec<String> = (0..=corners).map(point).collect();
        format!("code,wkt\nA1,\"POLYGON(({}))\"\n", ring.join(","))
    };
    let path = put(&folder, "million.csv", circle(1_000_000).as_bytes());
    let read = read_plots(&path, "code", &options(Some(4490), None)).unwrap();
    assert_eq!(read.source.rows_read, 1);
    assert!(read.rows.len() == 1 || read.source.rows_quarantined == 1, "{:?}", read.issues);
    // Written without decimals it still fits a cell.
    let many: Vec<String> = (0..2_200_000).map(|index| format!("{} {}", index % 99, index / 99)).collect();
    let path = put(&folder, "many.csv", format!("code,wkt\nA1,\"POLYGON(({},0 0))\"\n", many.join(",")).as_bytes());
    let read = read_plots(&path, "code", &options(Some(3857), None)).unwrap();
    assert_eq!(of(&read.issues, IssueCode::ShapeTooLarge).len(), 1, "{:?}", read.issues);
}

#[test]
fn coordinates_that_are_no_numbers_are_issues() {
    let folder = TempDir::new().unwrap();
    let ring = |x: f64| {
        let mut wkb = b"\x01\x03\0\0\0\x01\0\0\0\x04\0\0\0".to_vec();
        for value in [120.7, 30.7, x, 30.7, 120.7, 30.701, 120.7, 30.7] {
            wkb.extend(value.to_le_bytes());
        }
        wkb.iter().map(|byte| format!("{byte:02X}")).collect::<String>()
    };
    let rows: Vec<String> = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 120.701, 1e308]
        .iter()
        .enumerate()
        .map(|(index, x)| format!("A{index},{}", ring(*x)))
        .collect();
    let path = put(&folder, "wild.csv", format!("code,geom\n{}\n", rows.join("\n")).as_bytes());
    let read = read_plots(&path, "code", &options(Some(4490), None)).unwrap();
    let codes: Vec<&str> = read.rows.iter().map(|row| row.record.parcel_code.as_str()).collect();
    assert_eq!(codes, ["A3"], "{:#?}", read.issues);
    assert_eq!(read.source.rows_quarantined, 4);
    assert!(read.issues.iter().filter(|issue| issue.raw_row.is_some()).count() == 4);
}

#[test]
fn a_pipe_or_a_folder_is_no_file() {
    let folder = TempDir::new().unwrap();
    let pipe = folder.path().join("pipe.csv");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    assert!(matches!(read_plots(&pipe, "code", &options(None, None)), Err(IngestError::NotAFile { .. })));
    assert!(matches!(read_plots(folder.path(), "code", &options(None, None)), Err(IngestError::NotAFile { .. })));
}
