//! How answers look on the wire: the rows of the use cases with their labels, 亩 and page marks added.
//! Only shapes and words; every figure comes from below.

pub(super) mod feature;
pub(super) mod finding;
pub(super) mod issue;
pub(super) mod label;
pub(super) mod life;
pub(super) mod lineage;
pub(super) mod parcel;
pub(super) mod run;
pub(super) mod scope;
pub(super) mod target;
pub(super) mod upload;

use serde::Serialize;
use serde_json::value::RawValue;

use super::problem::Problem;
use crate::app::query::Total;

/// 1 亩 = 2000/3 m².
pub(super) fn mu(area_m2: f64) -> f64 {
    mujun_domain::unit::Area::from_m2(area_m2).mu()
}

/// A total with its 亩.
#[derive(Serialize)]
pub(super) struct TotalView {
    count: i64,
    area_m2: f64,
    area_mu: f64,
}

impl From<Total> for TotalView {
    fn from(total: Total) -> Self {
        TotalView { count: total.count, area_m2: total.area_m2, area_mu: mu(total.area_m2) }
    }
}

/// One page of any list.
#[derive(Serialize)]
pub(super) struct PageView<I> {
    pub items: Vec<I>,
    pub total: TotalView,
    pub next: Option<String>,
    pub scope: scope::ScopeView,
}

/// JSON text of the database, passed on as it is.
pub(super) fn raw(text: String) -> Result<Box<RawValue>, Problem> {
    RawValue::from_string(text).map_err(|error| Problem::Internal(Box::new(error)))
}

/// JSON text of the database, or null.
pub(super) fn raw_or_null(text: Option<String>) -> Result<Option<Box<RawValue>>, Problem> {
    text.map(raw).transpose()
}
