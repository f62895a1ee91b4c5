//! `GET /collections/{collection}/items/{feature}`: one feature.

use axum::extract::State as Shared;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::ogc::{Format, GEOJSON, JSON, format, link, title_of, to_application};
use crate::app::{query, state::State};
use crate::serve::extract::{BaseUrl, FeaturePath};
use crate::serve::route::items::{encoded, provenance};
use crate::serve::view::feature;
use crate::serve::{problem::Problem, query::Parameters};

pub(in crate::serve) async fn get(
    Shared(state): Shared<State>,
    path: FeaturePath,
    BaseUrl(base): BaseUrl,
    mut parameters: Parameters,
) -> Result<Response, Problem> {
    let format = format(&mut parameters)?;
    parameters.finish()?;
    let name = path.collection.as_str();
    let Some(row) = query::feature(&state, path.collection, &path.key).await? else {
        let feature = format!("{}.{}", path.key.division_code, path.key.code);
        return Err(Problem::FeatureNotFound { collection: name, feature });
    };
    if format == Format::Html {
        return Ok(to_application());
    }
    let title = title_of(path.collection);
    let address = format!("{base}/collections/{name}/items/{}", encoded(&feature::id(&row)));
    let links = json!([
        link(address.clone(), "self", GEOJSON, title),
        link(format!("{address}?f=html"), "alternate", "text/html", "地图应用"),
        link(format!("{base}/collections/{name}"), "collection", JSON, title),
    ]);
    let mut members = vec![format!("\"links\":{links}")];
    members.extend(provenance(&state).await?);
    let mut response = feature::with_members(&row, &members).into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(GEOJSON));
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    Ok(response)
}
