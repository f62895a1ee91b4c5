//! What `manifest.json` beside the sample files says: which file goes into which register, and the dirt put in on purpose.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// 示例数据清单。
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SampleManifest {
    /// Always 示例数据（合成）.
    pub label: String,
    /// Always true.
    pub is_synthetic: bool,
    /// Seed of the city.
    pub seed: u64,
    /// Parcels asked for; planted rows come on top.
    pub parcels: usize,
    /// The day on which the city is described.
    pub as_of: NaiveDate,
    /// 1, or the smaller factor by which every length was multiplied so that the parcels fit inside the counties.
    pub linear_scale: f64,
    /// The files in the order in which they should be imported.
    pub files: Vec<SampleFile>,
    /// Faulty rows put in on purpose.
    pub planted: Vec<Planted>,
    /// Situations put in on purpose: the first row of each.
    pub cases: Vec<Case>,
}

/// One file of the sample.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SampleFile {
    /// Register, as on the command line: `parcels`, `project-events`, …
    pub kind: String,
    /// File name beside the manifest.
    pub path: String,
    /// Name of the column mapping.
    pub mapping: String,
    /// Data rows.
    pub rows: u64,
}

/// A row with a fault put in on purpose.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Planted {
    /// Stable word for the fault, such as `bow-tie`.
    pub fault: String,
    /// File name.
    pub file: String,
    /// Data row from 1, header not counted.
    pub row: u64,
    /// Key of the row.
    pub key: String,
    /// What is wrong, in Chinese.
    pub note: String,
}

/// A sound row that shows a situation worth looking at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Case {
    /// Stable word for the situation, such as `court-seizure`.
    pub case: String,
    /// File name.
    pub file: String,
    /// Data row from 1, header not counted.
    pub row: u64,
    /// Key of the row.
    pub key: String,
    /// What it shows, in Chinese.
    pub note: String,
}
