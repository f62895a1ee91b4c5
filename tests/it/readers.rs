//! Reading of files of every format, awkward ones and hostile ones: what comes out is rows or a named fault, in bounded
//! time and memory, and the process that asks is never in danger.

mod awkward;
mod bounds;
mod formats;
mod heavy;
mod memory;

use std::path::Path;

use mujun::ingest::{self, IngestError, Ingested, Mapping, Place, ReadOptions};
use mujun::register::{ParcelRecord, SupplyRecord};
use mujun_geometry::Crs;

/// A mapping of plots whose code is in this column.
fn plots(column: &str) -> Mapping {
    let text = format!("kind = \"parcels\"\ndivision = {{ fixed = \"330402\" }}\n[columns]\nparcel_code = '{column}'\n");
    Mapping::parse("plots", &text).unwrap()
}

/// A mapping of contracts whose number is in this column: their ground is welcome and not demanded.
fn contracts(column: &str) -> Mapping {
    let quoted = serde_json::to_string(column).unwrap();
    let text = format!("kind = \"supplies\"\ndivision = {{ fixed = \"330402\" }}\n[columns]\nsupply_code = {quoted}\n");
    Mapping::parse("contracts", &text).unwrap()
}

fn options(crs: Option<u32>, layer: Option<&str>) -> ReadOptions {
    ReadOptions { crs: crs.map(Crs::from_epsg), layer: layer.map(str::to_owned), ..ReadOptions::default() }
}

fn read_plots(path: &Path, column: &str, options: &ReadOptions) -> Result<Ingested<ParcelRecord>, IngestError> {
    ingest::read_parcels(path, &plots(column), options, &Place::default())
}

fn read_contracts(path: &Path, column: &str, options: &ReadOptions) -> Result<Ingested<SupplyRecord>, IngestError> {
    ingest::read_supplies(path, &contracts(column), options, &Place::default())
}
