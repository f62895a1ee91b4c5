//! `GET /api/v1/summary`: counts and areas by county, kind and layer, for the first screen.

use axum::extract::State as Shared;
use axum::response::Response;
use chrono::NaiveDate;
use mujun_domain::kind::Kind;
use serde::Serialize;

use super::json;
use crate::app::query::{self, KindRow};
use crate::app::state::State;
use crate::serve::problem::Problem;
use crate::serve::query::Parameters;
use crate::serve::view::life::{StateCount, states};
use crate::serve::view::scope::ScopeView;
use crate::serve::view::{label, mu};

#[derive(Serialize)]
struct SummaryView {
    scope: ScopeView,
    totals: Totals,
    kinds: Vec<KindView>,
    undetermined: Undetermined,
    states: Vec<StateCount>,
    counties: Vec<CountyView>,
    layers: Vec<LayerView>,
}

#[derive(Serialize)]
struct Totals {
    parcels: i64,
    area_m2: f64,
    area_mu: f64,
}

/// `count` is of findings, whose list is `/api/v1/findings?kind=`; `parcels` of parcels marked with the kind.
#[derive(Serialize)]
struct KindView {
    kind: &'static str,
    label: &'static str,
    count: i64,
    parcels: i64,
    area_m2: f64,
    area_mu: f64,
}

#[derive(Serialize)]
struct Undetermined {
    parcels: i64,
}

#[derive(Serialize)]
struct CountyView {
    division_code: String,
    name: String,
    parcels: i64,
    area_m2: f64,
    area_mu: f64,
    undetermined: i64,
    kinds: Vec<KindView>,
}

#[derive(Serialize)]
struct LayerView {
    id: String,
    label: &'static str,
    count: i64,
    area_m2: f64,
    area_mu: f64,
    observed_on: Option<NaiveDate>,
    without_geometry: i64,
}

/// All three kinds in counting order, those without findings included.
fn kinds(rows: &[KindRow], county: Option<&str>) -> Vec<KindView> {
    Kind::ALL
        .into_iter()
        .map(|kind| {
            let of_kind = || rows.iter().filter(|row| row.kind == kind.as_str() && county.is_none_or(|c| c == row.division_code));
            let area_m2 = of_kind().map(|row| row.area_m2).sum();
            KindView {
                kind: kind.as_str(),
                label: kind.label_zh(),
                count: of_kind().map(|row| row.count).sum(),
                parcels: of_kind().map(|row| row.parcels).sum(),
                area_m2,
                area_mu: mu(area_m2),
            }
        })
        .collect()
}

pub(in crate::serve) async fn get(Shared(state): Shared<State>, mut parameters: Parameters) -> Result<Response, Problem> {
    let county = parameters.county()?;
    parameters.finish()?;
    let summary = query::summary(&state, county.as_deref()).await?;
    let area_m2 = summary.counties.iter().map(|county| county.area_m2).sum();
    json(&SummaryView {
        totals: Totals { parcels: summary.counties.iter().map(|county| county.parcels).sum(), area_m2, area_mu: mu(area_m2) },
        kinds: kinds(&summary.kinds, None),
        states: states(&summary.states),
        undetermined: Undetermined { parcels: summary.counties.iter().map(|county| county.undetermined).sum() },
        counties: summary
            .counties
            .into_iter()
            .map(|county| CountyView {
                kinds: kinds(&summary.kinds, Some(&county.division_code)),
                division_code: county.division_code,
                name: county.name,
                parcels: county.parcels,
                area_m2: county.area_m2,
                area_mu: mu(county.area_m2),
                undetermined: county.undetermined,
            })
            .collect(),
        layers: summary
            .layers
            .into_iter()
            .map(|layer| LayerView {
                label: label::layer(&layer.id),
                id: layer.id,
                count: layer.count,
                area_m2: layer.area_m2,
                area_mu: mu(layer.area_m2),
                observed_on: layer.observed_on,
                without_geometry: layer.without_geometry,
            })
            .collect(),
        scope: summary.scope.into(),
    })
}
