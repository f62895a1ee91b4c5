//! Every awkward file there is, against what GDAL is known to make of it.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use mujun::ingest::IngestError;
use rayon::prelude::*;

use super::{options, read_contracts};
use crate::ingest::told;
use crate::ingest_real::shared_data;

/// What the manifest says of a file.
#[derive(Clone, Debug)]
struct Known {
    opens: String,
    rows: Option<u64>,
}

fn manifest(root: &Path) -> HashMap<PathBuf, Known> {
    let text = fs::read_to_string(root.join("manifest.csv")).unwrap();
    text.lines()
        .skip(1)
        .map(|line| {
            // Only the remark, which comes last, is ever quoted.
            let fields: Vec<&str> = line.splitn(9, ',').collect();
            (root.join(fields[0]), Known { opens: fields[6].to_owned(), rows: fields[7].parse().ok() })
        })
        .collect()
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { files(&path, found) } else { found.push(path) }
    }
}

/// What came of a file.
#[derive(Debug)]
enum Outcome {
    Rows(u64),
    Refused(String),
}

/// Reads all of a file: by whichever column comes first, layer by layer where there are several.
fn outcome(path: &Path) -> Outcome {
    // In metres nothing is out of range; where the ground lies is not asked here.
    match rows_of(path, None) {
        Err(IngestError::SeveralLayers { present, .. }) => {
            let mut rows = 0;
            for layer in present {
                match rows_of(path, Some(&layer.name)) {
                    Ok(read) => rows += read,
                    Err(IngestError::NoRows { .. }) => {}
                    Err(error) => return Outcome::Refused(variant(&error)),
                }
            }
            Outcome::Rows(rows)
        }
        Ok(rows) => Outcome::Rows(rows),
        Err(error) => {
            let text = told(&error);
            assert!(text.chars().any(|c| c > '\u{3000}'), "{}: {text}", path.display());
            Outcome::Refused(variant(&error))
        }
    }
}

fn rows_of(path: &Path, layer: Option<&str>) -> Result<u64, IngestError> {
    let options = options(Some(3857), layer);
    let read = match read_contracts(path, "没有这一列", &options) {
        Err(IngestError::ColumnsMissing { present, .. }) if !present.is_empty() => read_contracts(path, &present[0], &options)?,
        other => other?,
    };
    let blocked = read.source.rows_quarantined as usize;
    assert_eq!(read.rows.len() + blocked, read.source.rows_read as usize, "{}", path.display());
    assert!(read.source.rows_read > 0, "{} succeeded emptily", path.display());
    assert!(blocked == 0 || !read.issues.is_empty(), "{}: rows set aside without a reason", path.display());
    Ok(read.source.rows_read as u64)
}

fn variant(error: &IngestError) -> String {
    let debug = format!("{error:?}");
    debug.split([' ', '(', '{']).next().unwrap_or_default().to_owned()
}

/// Every file below the folder of awkward data with what came of it, read once for all tests.
fn outcomes(root: &Path) -> &'static [(PathBuf, Outcome)] {
    static OUTCOMES: OnceLock<Vec<(PathBuf, Outcome)>> = OnceLock::new();
    OUTCOMES.get_or_init(|| {
        let mut paths = Vec::new();
        files(root, &mut paths);
        paths.sort();
        paths.into_par_iter().map(|path| (path.clone(), outcome(&path))).collect()
    })
}

#[test]
fn every_awkward_file_gives_rows_or_a_named_fault() {
    let Some(root) = shared_data("awkward") else { return };
    let known = manifest(&root);
    assert!(known.len() > 300, "{}", known.len());
    let outcomes = outcomes(&root);
    let mut refusals: BTreeMap<(String, bool), Vec<String>> = BTreeMap::new();
    let (mut compared, mut faults) = (0, Vec::new());
    for (path, outcome) in outcomes {
        let name = path.strip_prefix(&root).unwrap().display().to_string();
        let extension = path.extension().unwrap_or_default().to_string_lossy().to_lowercase();
        let about = known.get(path);
        let expected = about.filter(|about| about.opens == "open").and_then(|about| about.rows);
        match (outcome, expected) {
            // In a drawing only outlines are rows, in a sheet the header is none, and a made-up count is none either.
            (Outcome::Rows(rows), Some(expected)) if !["dxf", "xlsx"].contains(&extension.as_str()) && expected < 1 << 40 => {
                compared += 1;
                if *rows != expected {
                    faults.push(format!("{name}: {rows} rows, GDAL has {expected}"));
                }
            }
            (Outcome::Rows(_), _) => {}
            (Outcome::Refused(variant), expected) => {
                refusals.entry((variant.clone(), expected.is_some_and(|rows| rows > 0))).or_default().push(name);
            }
        }
    }
    for ((variant, has_rows), names) in &refusals {
        let mark = if *has_rows { "GDAL reads rows" } else { "as it should be" };
        println!("{variant} ({mark}): {} files: {}", names.len(), names.join(" "));
    }
    println!(
        "{} files, {} gave rows, {compared} counts compared",
        outcomes.len(),
        outcomes.len() - refusals.values().map(Vec::len).sum::<usize>()
    );
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    // One of them is known to bring GDAL 3.6 down; should others do so on another version, they are named above.
    let died = refusals.get(&("ReaderDied".to_owned(), false)).map_or(0, Vec::len);
    assert!(died <= 1, "{refusals:#?}");
    assert!(!refusals.contains_key(&("ReaderDied".to_owned(), true)), "{refusals:#?}");
    assert!(compared >= 150, "only {compared} counts compared");
}

#[test]
fn a_file_that_brings_its_reader_down_is_a_named_fault_and_the_next_is_read() {
    let Some(path) = shared_data("awkward/gdal-autotest/kml/gx_track_without_when.kml") else { return };
    match read_contracts(&path, "Name", &options(Some(4490), None)) {
        Err(error @ IngestError::ReaderDied { .. }) => {
            let text = told(&error);
            assert!(text.contains("gx_track_without_when.kml") && text.contains("没有导入任何内容"), "{text}");
        }
        // A GDAL that does not fall over it reads it.
        Ok(read) => assert_eq!(read.source.rows_read, 1),
        Err(other) => panic!("{}", told(&other)),
    }
    let sound = shared_data("awkward/gdal-autotest/kml/placemark.kml").unwrap();
    assert_eq!(read_contracts(&sound, "Name", &options(Some(4490), None)).unwrap().source.rows_read, 1);
}

#[test]
fn every_made_case_has_as_many_rows_as_its_table_says() {
    let Some(root) = shared_data("awkward") else { return };
    let made = root.join("made");
    let outcomes: HashMap<&Path, &Outcome> = outcomes(&root).iter().map(|(path, outcome)| (path.as_path(), outcome)).collect();
    let text = fs::read_to_string(made.join("cases.csv")).unwrap();
    let mut compared = 0;
    for line in text.lines().skip(1) {
        let (name, rest) = line.split_once(',').unwrap();
        // The description may be quoted and hold commas; the count is the first field of digits alone behind it.
        let count: u64 = rest.split(',').find_map(|field| field.parse().ok()).unwrap();
        match (name, outcomes[made.join(name).as_path()]) {
            ("truncated.geojson" | "no_shx.shp.zip" | "no_dbf.shp.zip", Outcome::Refused(_)) => {}
            (_, Outcome::Rows(rows)) => {
                compared += 1;
                let expected = if name == "two_layers_in_folders.zip" { 40 } else { count };
                assert_eq!(*rows, expected, "{name}");
            }
            // Degrees written a million times too large lie in no plane.
            ("scaled_1e6.geojson", Outcome::Refused(variant)) => assert_eq!(variant, "OffPlane"),
            (_, Outcome::Refused(variant)) => panic!("{name}: {variant}"),
        }
    }
    assert!(compared >= 24, "{compared}");
}

#[test]
fn real_registers_of_brownfields_and_buildings_are_read_to_the_end() {
    for (name, rows) in [("perigueux", 1u64), ("brownfield", 1)] {
        let Some(folder) = shared_data(name) else { continue };
        let mut paths = Vec::new();
        files(&folder, &mut paths);
        paths.retain(|path| {
            let extension = path.extension().unwrap_or_default().to_string_lossy().to_lowercase();
            ["csv", "gpkg", "geojson", "json", "shp", "zip", "fgb", "gz"].contains(&extension.as_str())
        });
        let read: u64 = paths
            .par_iter()
            .map(|path| match outcome(path) {
                Outcome::Rows(rows) => rows,
                Outcome::Refused(variant) => {
                    println!("{name}: {} {variant}", path.display());
                    0
                }
            })
            .sum();
        println!("{name}: {read} rows of {} files", paths.len());
        assert!(read >= rows, "{name}");
    }
}
