//! The map application's own files, embedded in the binary: hashed files for ever, the page never from a cache.
//! A missing file is a 404 and never the page: a worker answered with a page leaves the map blank.

use std::borrow::Cow;

use axum::extract::{Path, Request};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use rust_embed::{EmbeddedFile, RustEmbed};

use super::problem::Problem;

#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/web/dist"]
struct Dist;

const INDEX: &str = "index.html";
const FOR_EVER: &str = "public, max-age=31536000, immutable";
const ASK_AGAIN: &str = "no-cache";

const NOT_BUILT: &str = "<!doctype html><html lang=\"zh-CN\"><meta charset=\"utf-8\"><title>亩均</title>\
    <p>前端尚未构建，请运行 make build。</p><p>接口说明见 <a href=\"/api\">/api</a>。</p></html>";

/// Encodings of files that the build has compressed, best first.
const PRECOMPRESSED: [(&str, &str); 2] = [("br", "br"), ("gzip", "gz")];

fn accepts(headers: &HeaderMap, encoding: &str) -> bool {
    let accepted = headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
    accepted.split(',').any(|part| {
        let (name, quality) = part.split_once(';').unwrap_or((part, "q=1"));
        let refused = quality.trim().strip_prefix("q=").is_some_and(|q| q.trim().parse::<f32>().is_ok_and(|q| q <= 0.0));
        name.trim().eq_ignore_ascii_case(encoding) && !refused
    })
}

fn find(path: &str, headers: &HeaderMap) -> Option<(EmbeddedFile, Option<&'static str>)> {
    let compressed = PRECOMPRESSED
        .into_iter()
        .filter(|(encoding, _)| accepts(headers, encoding))
        .find_map(|(encoding, extension)| Some((Dist::get(&format!("{path}.{extension}"))?, Some(encoding))));
    // The compressed file stands for the plain one, which must be there too.
    let plain = Dist::get(path)?;
    Some(compressed.unwrap_or((plain, None)))
}

fn serve(path: &str, cache: &'static str, headers: &HeaderMap) -> Option<Response> {
    let (file, encoding) = find(path, headers)?;
    let etag = format!("\"{}\"", file.metadata.sha256_hash()[..16].iter().map(|byte| format!("{byte:02x}")).collect::<String>());
    let known = headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    let mut response = if known == Some(etag.as_str()) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        match file.data {
            Cow::Borrowed(bytes) => bytes.into_response(),
            Cow::Owned(bytes) => bytes.into_response(),
        }
    };
    let media_type = mime_guess::from_path(path).first_or_octet_stream();
    let media_type = match (media_type.type_().as_str(), media_type.subtype().as_str()) {
        ("text", _) | ("application", "javascript" | "json") => format!("{media_type}; charset=utf-8"),
        _ => media_type.to_string(),
    };
    let headers = response.headers_mut();
    for (name, value) in
        [(header::CONTENT_TYPE, media_type.as_str()), (header::ETAG, etag.as_str()), (header::CACHE_CONTROL, cache)]
    {
        // Media types and hexadecimal are plain ASCII, so nothing is ever left out here.
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(name, value);
        }
    }
    headers.append(header::VARY, HeaderValue::from_static("accept-encoding"));
    if let Some(encoding) = encoding {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    Some(response)
}

/// `GET /assets/{path}`.
pub(super) async fn asset(Path(path): Path<String>, headers: HeaderMap) -> Result<Response, Problem> {
    let path = format!("assets/{path}");
    serve(&path, FOR_EVER, &headers).ok_or_else(|| Problem::AddressNotFound { path: format!("/{path}") })
}

/// The page, or a word on how to build it.
pub(super) fn index(headers: &HeaderMap) -> Response {
    serve(INDEX, ASK_AGAIN, headers).unwrap_or_else(|| {
        let plain = [(header::CONTENT_TYPE, "text/html; charset=utf-8"), (header::CACHE_CONTROL, "no-store")];
        (StatusCode::SERVICE_UNAVAILABLE, plain, NOT_BUILT).into_response()
    })
}

/// Everything that no route took: a file beside the page, the page for a browser's address, or nothing.
pub(super) async fn page_or_nothing(request: Request) -> Result<Response, Problem> {
    let path = request.uri().path();
    let nothing = || Problem::AddressNotFound { path: path.chars().take(200).collect() };
    if request.method() != Method::GET && request.method() != Method::HEAD {
        return Err(Problem::MethodNotAllowed { method: request.method().to_string(), path: path.to_owned() });
    }
    let of_a_program = ["/api", "/tiles", "/collections", "/assets"]
        .iter()
        .any(|prefix| path == *prefix || path.strip_prefix(prefix).is_some_and(|rest| rest.starts_with('/')));
    if of_a_program {
        return Err(nothing());
    }
    if let Some(response) = serve(path.trim_start_matches('/'), ASK_AGAIN, request.headers()) {
        return Ok(response);
    }
    let accepted = request.headers().get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if accepted.contains("text/html") { Ok(index(request.headers())) } else { Err(nothing()) }
}
