//! What the addresses of OGC API Features share: links, the choice of representation, and the description of a collection.

use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Serialize;
use serde_json::{Value, json};

use super::typed;
use crate::app::query::{Bbox, FeatureCollection};
use crate::serve::problem::Problem;
use crate::serve::query::Parameters;
use crate::serve::view::label::SYNTHETIC;

/// WGS 84, longitude first. Our ground is in CGCS2000, which agrees with it to within centimetres.
pub(super) const CRS84: &str = "http://www.opengis.net/def/crs/OGC/1.3/CRS84";
/// The media type of features.
pub(super) const GEOJSON: &str = "application/geo+json";
/// The media type of everything else.
pub(super) const JSON: &str = "application/json";
/// The media type of our description.
pub(super) const OPENAPI: &str = "application/vnd.oai.openapi+json;version=3.0";

/// A link.
#[derive(Serialize)]
pub(super) struct Link {
    href: String,
    rel: &'static str,
    r#type: &'static str,
    title: String,
}

/// A link.
pub(super) fn link(href: impl Into<String>, rel: &'static str, r#type: &'static str, title: impl Into<String>) -> Link {
    Link { href: href.into(), rel, r#type, title: title.into() }
}

/// The representations we have.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    /// JSON or GeoJSON.
    Json,
    /// A page: the application.
    Html,
}

/// `f`: json or html; JSON unless asked otherwise.
pub(super) fn format(parameters: &mut Parameters) -> Result<Format, Problem> {
    let read = |word: &str| match word {
        "json" => Some(Format::Json),
        "html" => Some(Format::Html),
        _ => None,
    };
    Ok(parameters.parsed("f", " json 或 html", read)?.unwrap_or(Format::Json))
}

/// Whether a browser asks: HTML is accepted and named before JSON.
pub(super) fn prefers_html(headers: &HeaderMap) -> bool {
    let accepted = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    match (accepted.find("text/html"), accepted.find("application/json")) {
        (Some(html), Some(json)) => html < json,
        (Some(_), None) => true,
        (None, _) => false,
    }
}

/// There are no pages of single resources yet; the application shows the same data.
pub(super) fn to_application() -> Response {
    Redirect::to("/").into_response()
}

/// JSON, or the way to the application.
pub(super) fn answer(format: Format, value: &Value) -> Result<Response, Problem> {
    match format {
        Format::Json => typed(JSON, value),
        Format::Html => Ok(to_application()),
    }
}

fn title(collection: FeatureCollection) -> (&'static str, &'static str) {
    match collection {
        FeatureCollection::Parcels => ("宗地", "现行宗地，带现行评价批的量算与疑似类别"),
        FeatureCollection::Findings => ("疑似结论", "现行评价批中标记了疑似类别的结论；几何为疑似范围，没有时为对象的范围"),
        FeatureCollection::Projects => ("改造项目", "现行改造项目及其所处阶段；没有图形的项目几何为空"),
        FeatureCollection::Divisions => ("行政区", "县（市、区）行政区划"),
    }
}

/// The title of a collection.
pub(super) fn title_of(collection: FeatureCollection) -> &'static str {
    title(collection).0
}

/// The description of a collection.
pub(super) fn describe(base: &str, collection: FeatureCollection, extent: Option<Bbox>, is_synthetic: bool) -> Value {
    let id = collection.as_str();
    let (title, description) = title(collection);
    let description = if is_synthetic { format!("{description}。{SYNTHETIC}") } else { description.to_owned() };
    let mut value = json!({
        "id": id,
        "title": title,
        "description": description,
        "itemType": "feature",
        "crs": [CRS84],
        "links": [
            link(format!("{base}/collections/{id}"), "self", JSON, title),
            link(format!("{base}/collections/{id}/items"), "items", GEOJSON, format!("{title}：要素")),
            link(format!("{base}/collections/{id}/tiles"), super::tilesets::TILESETS, JSON, format!("{title}：矢量瓦片")),
            link(format!("{base}/collections/{id}/items?f=html"), "items", "text/html", format!("{title}：地图应用")),
        ],
    });
    if let Some(Bbox { west, south, east, north }) = extent {
        value["extent"] = json!({ "spatial": { "bbox": [[west, south, east, north]], "crs": CRS84 } });
    }
    value
}
