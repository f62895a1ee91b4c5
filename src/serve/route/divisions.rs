//! `GET /api/v1/divisions`: the county boundaries as one GeoJSON feature collection.

use axum::extract::State as Shared;
use axum::response::Response;
use serde::Serialize;
use serde_json::value::RawValue;

use super::typed;
use crate::app::{query, state::State};
use crate::serve::{problem::Problem, query::Parameters, view::raw};

#[derive(Serialize)]
struct Collection {
    r#type: &'static str,
    features: Vec<Feature>,
}

#[derive(Serialize)]
struct Feature {
    r#type: &'static str,
    id: String,
    properties: Properties,
    geometry: Box<RawValue>,
}

#[derive(Serialize)]
struct Properties {
    division_code: String,
    name: String,
    label_lon: f64,
    label_lat: f64,
}

pub(in crate::serve) async fn get(Shared(state): Shared<State>, parameters: Parameters) -> Result<Response, Problem> {
    parameters.finish()?;
    let features = query::divisions(&state)
        .await?
        .into_iter()
        .map(|row| {
            Ok(Feature {
                r#type: "Feature",
                id: row.division_code.clone(),
                properties: Properties {
                    division_code: row.division_code,
                    name: row.name,
                    label_lon: row.label_lon,
                    label_lat: row.label_lat,
                },
                geometry: raw(row.geometry)?,
            })
        })
        .collect::<Result<Vec<_>, Problem>>()?;
    typed("application/geo+json", &Collection { r#type: "FeatureCollection", features })
}
