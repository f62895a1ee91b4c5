//! `GET /tiles/{layers}/{z}/{x}/{y}`: vector tiles, never stale: the client asks each time, and is told when nothing changed.

use axum::extract::State as Shared;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::app::query::MapLayer;
use crate::app::state::State;
use crate::app::tile::{self, Answered, Encoding, Known, Tag, TileAddress, TileRequest, TileSource};
use crate::serve::extract::TilePath;
use crate::serve::tile_query::{Asked, asked};
use crate::serve::{problem::Problem, query::Parameters};

const MVT: HeaderValue = HeaderValue::from_static("application/vnd.mapbox-vector-tile");

/// Where the tile came from: `memory` or `database`.
const SOURCE: HeaderName = HeaderName::from_static("x-tile-source");
/// Which run and which revision of the registers it shows.
const RUN: HeaderName = HeaderName::from_static("x-tile-run");
const REVISION: HeaderName = HeaderName::from_static("x-tile-revision");

/// Tags read of one request at most: a client has one of a tile.
const MOST_TAGS: usize = 8;

pub(in crate::serve) async fn get(
    Shared(state): Shared<State>,
    path: TilePath,
    headers: HeaderMap,
    parameters: Parameters,
) -> Result<Response, Problem> {
    answer(&state, path.address, &path.layers, &headers, parameters).await
}

/// A tile of layers, as the rest of the request asks for it.
pub(super) async fn answer(
    state: &State,
    address: TileAddress,
    layers: &[MapLayer],
    headers: &HeaderMap,
    parameters: Parameters,
) -> Result<Response, Problem> {
    let Asked { query, shown } = asked(layers, parameters)?;
    let request = TileRequest { address, query, shown, encoding: encoding(headers), known: known(headers) };
    response(tile::tile(state, request).await?)
}

fn response(answered: Answered) -> Result<Response, Problem> {
    let Answered { tag, bytes, seen, source } = answered;
    let mut response = match bytes {
        None => StatusCode::NOT_MODIFIED.into_response(),
        Some(_) if tag.is_of_nothing() => StatusCode::NO_CONTENT.into_response(),
        Some((bytes, encoding)) => {
            let mut response = bytes.into_response();
            response.headers_mut().insert(header::CONTENT_TYPE, MVT);
            if encoding == Encoding::Gzip {
                response.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
            }
            response
        }
    };
    let headers = response.headers_mut();
    // Weak, because compression changes the bytes and not the tile.
    let etag = HeaderValue::from_str(&format!("W/\"{:032x}\"", tag.0)).map_err(|error| Problem::Internal(Box::new(error)))?;
    headers.insert(header::ETAG, etag);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    headers.insert(
        SOURCE,
        HeaderValue::from_static(match source {
            TileSource::Memory => "memory",
            TileSource::Database => "database",
        }),
    );
    headers.insert(REVISION, HeaderValue::from(seen.revision));
    if let Some(run_id) = seen.run_id {
        headers.insert(RUN, HeaderValue::from(run_id));
    }
    Ok(response)
}

fn encoding(headers: &HeaderMap) -> Encoding {
    let accepted = headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let takes = accepted.split(',').any(|part| {
        let (coding, weight) = part.split_once(';').unwrap_or((part, ""));
        coding.trim().eq_ignore_ascii_case("gzip") && !matches!(weight.trim(), "q=0" | "q=0.0" | "q=0.00" | "q=0.000")
    });
    if takes { Encoding::Gzip } else { Encoding::Identity }
}

fn known(headers: &HeaderMap) -> Known {
    let Some(known) = headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok()) else { return Known::default() };
    let tag = |text: &str| {
        let digest = text.trim().trim_start_matches("W/").strip_prefix('"')?.strip_suffix('"')?;
        u128::from_str_radix(digest, 16).ok().map(Tag)
    };
    Known(known.split(',').take(MOST_TAGS).filter_map(tag).collect())
}
