//! Zip files: what lies in them, and which of it is meant. Nothing is unpacked to disk, so no entry name can lead astray.

use std::path::{Path, PathBuf};

use super::{Target, capture, shapefile_target, unknown};
use crate::ingest::{
    IngestError,
    source::{Found, Request, choose},
};

/// More entries than any office sends; a guard against archives made to exhaust.
const ENTRY_LIMIT: usize = 10_000;

/// The one data set of the archive, or the one asked for.
pub(super) fn target(found: &Found, request: Request<'_>) -> Result<Target, IngestError> {
    let root = PathBuf::from(format!("/vsizip/{{{}}}", super::absolute(&found.path).display()));
    let entries = gdal::vsi::read_dir(&root, true).map_err(|_| unknown(found, capture::said()))?;
    if entries.len() > ENTRY_LIMIT {
        return Err(unknown(found, format!("压缩包内有 {} 个文件，超过上限 {ENTRY_LIMIT}", entries.len())));
    }
    let with = |extension: &'static str| entries.iter().filter(move |entry| is(entry, extension));
    let mut sets: Vec<(PathBuf, &'static str)> = with("shp").map(|entry| (entry.clone(), "ESRI Shapefile")).collect();
    sets.extend(with("gpkg").map(|entry| (entry.clone(), "GPKG")));
    sets.extend(with("fgb").map(|entry| (entry.clone(), "FlatGeobuf")));
    sets.extend(with("geojson").chain(with("json")).map(|entry| (entry.clone(), "GeoJSON")));
    sets.extend(with("kml").map(|entry| (entry.clone(), "KML")));
    if sets.is_empty() {
        let table = with("dbf").next().ok_or_else(|| unknown(found, listing(&entries)))?;
        let table = root.join(table);
        return Ok(shapefile_target(table.clone(), table, vec![found.path.clone()]));
    }
    let names: Vec<String> = sets.iter().map(|(entry, _)| entry.with_extension("").display().to_string()).collect();
    // With one data set inside, the mapping's layer name is for the layers of that one.
    let wanted = request.layer.filter(|_| sets.len() > 1);
    let (entry, driver) = sets.swap_remove(choose(&found.shown, wanted, &names)?);
    let inside = root.join(&entry);
    if driver != "ESRI Shapefile" {
        return Ok(Target {
            name: inside,
            driver,
            table: None,
            digested: vec![found.path.clone()],
            memory: None,
            issues: Vec::new(),
            encoding: None,
        });
    }
    let part = |extension: &str| {
        entries
            .iter()
            .find(|other| is(other, extension) && other.with_extension("") == entry.with_extension(""))
            .map(|other| root.join(other))
            .ok_or_else(|| IngestError::MissingPart { path: found.shown.clone(), part: format!(".{extension}") })
    };
    part("shx")?;
    let table = part("dbf")?;
    Ok(shapefile_target(inside, table, vec![found.path.clone()]))
}

fn is(entry: &Path, extension: &str) -> bool {
    entry.extension().is_some_and(|found| found.eq_ignore_ascii_case(extension))
}

fn listing(entries: &[PathBuf]) -> String {
    let names: Vec<String> = entries.iter().take(20).map(|entry| entry.display().to_string()).collect();
    format!("压缩包内有：{}", names.join("、"))
}
