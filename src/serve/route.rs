//! One file an address. A handler takes parsed input, calls one use case and hands its answer to a view.

pub(super) mod api;
pub(super) mod approval;
pub(super) mod approvals;
pub(super) mod collection;
pub(super) mod collections;
pub(super) mod conformance;
pub(super) mod determinations;
pub(super) mod divisions;
pub(super) mod findings;
pub(super) mod health;
pub(super) mod import_issues;
pub(super) mod import_quarantine;
pub(super) mod imports;
pub(super) mod item;
pub(super) mod items;
pub(super) mod landing;
pub(super) mod map;
mod ogc;
pub(super) mod parcel;
pub(super) mod parcel_geojson;
pub(super) mod parcel_lineage;
pub(super) mod parcels;
pub(super) mod projects;
pub(super) mod proposal_check;
pub(super) mod run;
pub(super) mod runs;
pub(super) mod scope;
pub(super) mod style;
pub(super) mod summary;
pub(super) mod supplies;
pub(super) mod supply_rates;
pub(super) mod target;
pub(super) mod tile;
pub(super) mod tile_matrix_sets;
pub(super) mod tilesets;
pub(super) mod tolerances;
pub(super) mod upload;

use axum::http::{HeaderMap, HeaderValue, Method, Uri, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::problem::Problem;

/// Rows of a page unless asked otherwise, and the most.
const USUAL_PAGE: u16 = 50;
const LARGEST_PAGE: u16 = 1000;

/// JSON that must not be shown stale: the next revision may change it.
pub(super) fn json<T: Serialize>(value: &T) -> Result<Response, Problem> {
    typed("application/json; charset=utf-8", value)
}

/// JSON under another media type.
fn typed<T: Serialize>(media_type: &'static str, value: &T) -> Result<Response, Problem> {
    let text = serde_json::to_vec(value).map_err(|error| Problem::Internal(Box::new(error)))?;
    let mut response = text.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    Ok(response)
}

/// Whether the client already holds what bears this tag.
fn is_known(headers: &HeaderMap, etag: &str) -> bool {
    let known = headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok()).unwrap_or_default();
    known.split(',').map(str::trim).any(|candidate| candidate == etag || candidate == "*")
}

/// An address of ours asked in a way that it does not take.
pub(super) async fn method_not_allowed(method: Method, uri: Uri) -> Problem {
    Problem::MethodNotAllowed { method: method.to_string(), path: uri.path().to_owned() }
}
