//! A synthetic Jiaxing: parks, parcels, buildings, approvals, contracts, zones, enterprises and projects inside the real county boundaries.
//! Everything in it is invented and says so (示例数据（合成）); no person and no real company is named.
//! The same options give the same city on every machine: each park draws from its own seeded stream, nothing asks the clock.
//! No database, no evaluation: files go out through [`crate::ingest::write`] as an office would send them.

mod approval;
mod block;
mod building;
mod case;
mod contract;
mod county;
mod deduction;
mod deliver;
mod dice;
mod enterprise;
mod layout;
mod lot;
mod manifest;
mod park;
mod plan;
mod plane;
mod planted;
mod project;
mod row;
mod sheet;
mod supply;
mod trade;
mod zone;

use std::path::{Path, PathBuf};

use chrono::NaiveDate;

use crate::ingest::write::WriteError;

pub use manifest::{Case, Planted, SampleFile, SampleManifest};
pub use row::{
    ApprovalRow, BuildProgress, BuildingRow, Construction, DeductionRow, EnterpriseRow, EnterpriseYearRow, Layout, OccupancyRow,
    ParcelRow, Park, PlanTerms, ProjectEventRow, ProjectRow, SupplyEventRow, SupplyRow, TargetRow, ZoneRow,
};

/// Shown wherever the sample shows.
pub const LABEL: &str = "示例数据（合成）";

/// The seven counties of 嘉兴 as GeoJSON, EPSG:4326, properties `adcode` and `name`; origin in geodata/README.md.
pub const DIVISIONS_GEOJSON: &str = include_str!("../geodata/boundaries/jiaxing-divisions.geojson");

/// What city to make.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SampleOptions {
    /// Number of parcels, planted rows not counted.
    pub parcels: usize,
    /// Seed: another seed, another city.
    pub seed: u64,
    /// The day on which the city is described: no date in it that has happened is later.
    pub as_of: NaiveDate,
}

/// A whole city in memory, EPSG:4549.
#[derive(Clone, Debug, PartialEq)]
pub struct SampleCity {
    /// What was asked for.
    pub options: SampleOptions,
    /// Factor by which every length was multiplied so that the parcels fit; 1 up to some tens of thousands of parcels.
    pub linear_scale: f64,
    /// Parks, county by county.
    pub parks: Vec<Park>,
    /// 目标任务。
    pub targets: Vec<TargetRow>,
    /// Faulty rows put in on purpose.
    pub planted: Vec<Planted>,
}

/// How far the writing has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// What is being done, in Chinese.
    pub step: &'static str,
    /// Parcels done.
    pub done: usize,
    /// Parcels in all.
    pub total: usize,
}

/// The sample could not be made or written.
#[derive(Debug, thiserror::Error)]
pub enum SampleError {
    /// The folder could not be made.
    #[error("无法建立文件夹 {}", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// More parcels than the counties can hold at any sensible size.
    #[error("宗地数 {asked} 过大：最多 {limit}")]
    TooMany {
        /// Parcels asked for.
        asked: usize,
        /// Greatest number.
        limit: usize,
    },
    /// A file could not be written.
    #[error("写示例数据失败")]
    Write(#[from] WriteError),
    /// The plane could not be turned into longitude and latitude.
    #[error("示例数据坐标转换失败")]
    Reproject(#[from] mujun_geometry::reproject::ReprojectionError),
    /// The manifest could not be written.
    #[error("无法写出清单 {}", path.display())]
    Manifest {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
}

/// Makes the whole city in memory (about 3 kB a parcel); [`write`] does not need it all at once.
pub fn generate(options: &SampleOptions) -> Result<SampleCity, SampleError> {
    let (linear_scale, parks, planted) = deliver::parks(options)?;
    Ok(SampleCity { options: *options, linear_scale, parks, targets: targets(), planted })
}

/// Writes the city into `dir` as the files an office would send, with `manifest.json` last; files of the same names are replaced.
pub fn write(dir: &Path, options: &SampleOptions, progress: &mut dyn FnMut(Progress)) -> Result<SampleManifest, SampleError> {
    deliver::write(dir, options, progress)
}

/// The one task that is public: 1.6万亩 in five years. How it is split among the counties is not known, so no county has a row.
fn targets() -> Vec<TargetRow> {
    vec![TargetRow {
        code: "330400-2023-2027",
        name: "存量低效工业用地改造开发",
        scope: "330400",
        base_year: 2023,
        end_year: 2027,
        area_mu: 16_000.0,
        counted_event: "验收",
        document: "嘉兴市先进制造业集群培育工程推进方案(2023—2027年)",
    }]
}
