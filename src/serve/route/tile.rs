//! `GET /tiles/{layers}/{z}/{x}/{y}`: vector tiles, never stale: the client asks each time, and is told when nothing changed.

use axum::extract::State as Shared;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::is_known;
use crate::app::query::{self, StateOfData};
use crate::app::state::State;
use crate::serve::extract::TilePath;
use crate::serve::{problem::Problem, query::Parameters};

/// Weak, because compression changes the bytes and not the tile. Differs when the run, the registers or the address do.
fn etag(data: StateOfData, path: &TilePath) -> String {
    let layers: Vec<&str> = path.layers.iter().map(|layer| layer.as_str()).collect();
    let (z, x, y) = path.address.parts();
    format!("W/\"{}-{}-{}-{z}-{x}-{y}\"", data.run_id.unwrap_or_default(), data.revision, layers.join("."))
}

pub(in crate::serve) async fn get(
    Shared(state): Shared<State>,
    path: TilePath,
    headers: HeaderMap,
    parameters: Parameters,
) -> Result<Response, Problem> {
    parameters.finish()?;
    // Asked before the tile is made: should data change in between, the tag is too old, never too new.
    let etag = etag(query::state_of_data(&state).await?, &path);
    let mut response = if is_known(&headers, &etag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let tile = query::tile(&state, &path.layers, path.address).await?;
        if tile.is_empty() {
            StatusCode::NO_CONTENT.into_response()
        } else {
            ([(header::CONTENT_TYPE, "application/vnd.mapbox-vector-tile")], tile).into_response()
        }
    };
    let tag = HeaderValue::from_str(&etag).map_err(|error| Problem::Internal(Box::new(error)))?;
    response.headers_mut().insert(header::ETAG, tag);
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    Ok(response)
}
