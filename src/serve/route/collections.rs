//! `GET /collections`: what there is to fetch.

use axum::extract::State as Shared;
use axum::response::Response;
use serde_json::json;

use super::ogc::{JSON, answer, describe, format, link};
use crate::app::query::{self, FeatureCollection};
use crate::app::state::State;
use crate::serve::extract::BaseUrl;
use crate::serve::{problem::Problem, query::Parameters};

pub(in crate::serve) async fn get(
    Shared(state): Shared<State>,
    BaseUrl(base): BaseUrl,
    mut parameters: Parameters,
) -> Result<Response, Problem> {
    let format = format(&mut parameters)?;
    parameters.finish()?;
    let extent = query::extent(&state).await?;
    let is_synthetic = query::is_synthetic(&state).await?;
    let collections: Vec<_> =
        FeatureCollection::ALL.into_iter().map(|collection| describe(&base, collection, extent, is_synthetic)).collect();
    let links = [
        link(format!("{base}/collections"), "self", JSON, "要素集"),
        link(format!("{base}/collections?f=html"), "alternate", "text/html", "地图应用"),
    ];
    answer(format, &json!({ "links": links, "collections": collections }))
}
