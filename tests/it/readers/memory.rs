//! What an import remembers of a file does not grow with whatever a file may hold.

use std::fs::File;
use std::io::{BufWriter, Write};

use mujun::ingest::{self, IngestError, IssueCode, Mapping, Place};
use tempfile::TempDir;

use super::options;
use crate::ingest::{of, told};

#[test]
fn a_column_of_numbers_taken_for_codes_gives_some_notices_and_the_number_of_the_others() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("parcels.csv");
    let square = |n: i32| {
        let (west, east) = (120.7 + 0.001 * f64::from(n), 120.7005 + 0.001 * f64::from(n));
        format!("\"POLYGON(({west} 30.7,{east} 30.7,{east} 30.701,{west} 30.701,{west} 30.7))\"")
    };
    let rows: String = (0..600).map(|n| format!("P{n},{},{}\n", 10_001 + n, square(n))).collect();
    std::fs::write(&path, format!("代码,用途,geom\n{rows}")).unwrap();
    let mapping = "kind = \"parcels\"\ndivision = { fixed = \"330402\" }\n\
        [columns]\nparcel_code = '代码'\nland_use_code = '用途'\n[constants]\nland_use_scheme = 'GB/T 21010-2017'\n";
    let mapping = Mapping::parse("plots", mapping).unwrap();
    let read = ingest::read_parcels(&path, &mapping, &options(Some(4490), None), &Place::default()).unwrap();
    assert_eq!(read.rows.len(), 600);
    assert_eq!(of(&read.issues, IssueCode::LeadingZeroLost).len(), 500);
    let more = of(&read.issues, IssueCode::FaultsNotListed);
    assert!(more.len() == 1 && more[0].message.contains("100 处"), "{more:?}");
}

#[test]
fn a_second_table_that_does_not_fit_into_its_room_is_refused_with_what_to_do() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("contracts.csv");
    std::fs::write(&path, "合同\nS1\n").unwrap();
    let mut beside = BufWriter::new(File::create(folder.path().join("beside.csv")).unwrap());
    writeln!(beside, "合同,备注").unwrap();
    let remark = "亩".repeat(7_000);
    for number in 0..6_600 {
        writeln!(beside, "S{number},{remark}").unwrap();
    }
    beside.flush().unwrap();
    let mapping = "kind = \"supplies\"\ndivision = { fixed = \"330402\" }\n\
        join = { file = \"beside.csv\", on = \"合同\", key = \"合同\" }\n[columns]\nsupply_code = '合同'\n";
    let mapping = Mapping::parse("contracts", mapping).unwrap();
    let refused = ingest::read_supplies(&path, &mapping, &options(None, None), &Place::default()).unwrap_err();
    assert!(matches!(refused, IngestError::JoinTooLarge { .. }), "{}", told(&refused));
    assert!(refused.to_string().contains("beside.csv") && refused.to_string().contains("128 MB"), "{refused}");
}
