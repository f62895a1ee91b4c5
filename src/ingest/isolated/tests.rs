use std::{fs, os::unix::fs::PermissionsExt};

use proptest::prelude::*;

use super::*;
use crate::ingest::{
    IssueCode,
    source::{Cell, Shape},
};

/// A program that does what the script says in place of reading.
fn stand_in(script: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("reader");
    fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    (folder, path)
}

fn end_of(script: &str, silence: Duration) -> IngestError {
    let (_folder, program) = stand_in(script);
    let path = Path::new("地块.gpkg");
    let order = Order::new(path, Task::Read, Request { layer: None, encoding: None });
    Reader::start(&program, order, path, silence).and_then(|mut reader| reader.next()).unwrap_err()
}

#[test]
fn however_a_reader_ends_it_is_a_named_fault_of_the_file() {
    let long = Duration::from_secs(60);
    let died = |script: &str| match end_of(script, long) {
        IngestError::ReaderDied { path, how } => {
            assert_eq!(path, "地块.gpkg");
            how
        }
        other => panic!("{script}: {other}"),
    };
    assert_eq!(died("kill -SEGV $$"), "SIGSEGV");
    assert_eq!(died("kill -KILL $$"), "SIGKILL");
    assert_eq!(died("exit 101"), "退出码 101");
    assert_eq!(died("exit 0"), "退出码 0");
    let over = |script: &str| match end_of(script, long) {
        IngestError::ReaderOverLimit { limit, .. } => limit,
        other => panic!("{script}: {other}"),
    };
    assert_eq!(over("echo memory allocation of 99 bytes failed >&2; kill -ABRT $$"), ReaderLimit::Memory);
    assert_eq!(over("kill -XCPU $$"), ReaderLimit::Processor);
    assert_eq!(over("kill -XFSZ $$"), ReaderLimit::Disk);
    assert!(matches!(end_of("echo Hello from a library", long), IngestError::ReaderGarbled { .. }));
    assert!(matches!(end_of(r"printf 'MUJUNRD1Q\377\377\377\377'", long), IngestError::ReaderGarbled { .. }));
}

#[test]
fn a_silent_reader_is_stopped_and_leaves_no_process_behind() {
    let (folder, program) = stand_in("echo $$ > \"$(dirname \"$0\")/pid\"; exec sleep 600");
    let path = Path::new("地块.gpkg");
    let order = Order::new(path, Task::Read, Request { layer: None, encoding: None });
    let mut reader = Reader::start(&program, order, path, Duration::from_millis(300)).unwrap();
    let Err(IngestError::ReaderSilent { .. }) = reader.next() else { panic!("it was not found silent") };
    let pid = fs::read_to_string(folder.path().join("pid")).unwrap();
    assert!(!Path::new("/proc").join(pid.trim()).exists(), "the process is still there");
}

#[test]
fn a_reader_that_is_dropped_is_gone_with_its_folder() {
    let (folder, program) = stand_in("printf MUJUNRD1; echo $$ > \"$(dirname \"$0\")/pid\"; exec sleep 600");
    let path = Path::new("地块.gpkg");
    let order = Order::new(path, Task::Read, Request { layer: None, encoding: None });
    let reader = Reader::start(&program, order, path, Duration::from_millis(200)).unwrap();
    let unpacked = reader._folder.files().to_owned();
    assert!(unpacked.is_dir());
    let _ = reader.frames.recv_timeout(Duration::from_millis(200));
    let pid = fs::read_to_string(folder.path().join("pid")).unwrap();
    drop(reader);
    assert!(!unpacked.exists());
    assert!(!Path::new("/proc").join(pid.trim()).exists(), "the process is still there");
}

#[test]
fn a_program_that_is_not_there_is_said() {
    let path = Path::new("地块.gpkg");
    let order = Order::new(path, Task::Read, Request { layer: None, encoding: None });
    let error = Reader::start(Path::new("/nonexistent/mujun"), order, path, SILENCE).err().unwrap();
    assert!(matches!(error, IngestError::ReaderNotStarted { .. }));
}

fn cells() -> impl Strategy<Value = Cell> {
    prop_oneof![
        Just(Cell::Empty),
        ".{0,12}".prop_map(Cell::Text),
        any::<f64>().prop_filter("equal to itself", |number| !number.is_nan()).prop_map(Cell::Number),
        any::<i64>().prop_map(Cell::Whole),
        (-700_000..3_000_000i32).prop_filter_map("a day", chrono::NaiveDate::from_num_days_from_ce_opt).prop_map(Cell::Date),
    ]
}

fn shapes() -> impl Strategy<Value = Shape> {
    prop_oneof![
        Just(Shape::Absent),
        Just(Shape::Missing),
        (prop::collection::vec(any::<u8>(), 0..40), any::<bool>(), any::<bool>())
            .prop_map(|(wkb, had_heights, had_other_parts)| Shape::Polygons { wkb, had_heights, had_other_parts }),
        ".{0,12}".prop_map(Shape::Other),
        ".{0,12}".prop_map(|message| Shape::Faulty(IssueCode::NotPolygon, message)),
    ]
}

fn rows() -> impl Strategy<Value = Vec<RawRow>> {
    let row = (any::<i32>(), prop::collection::vec(cells(), 0..6), shapes());
    prop::collection::vec(row.prop_map(|(number, cells, shape)| RawRow { number, cells, shape }), 0..6)
}

proptest! {
    #[test]
    fn rows_come_out_of_the_pipe_as_they_went_in(rows in rows()) {
        prop_assert_eq!(decode_rows(&encode_rows(&rows)), Some(rows));
    }

    #[test]
    fn cut_rows_are_refused(rows in rows(), cut in 1usize..9) {
        let bytes = encode_rows(&rows);
        prop_assert_eq!(decode_rows(&bytes[..bytes.len().saturating_sub(cut)]), None);
    }
}
