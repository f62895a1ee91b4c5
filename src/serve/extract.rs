//! Paths and headers, parsed before a handler runs: a name that cannot exist never reaches the database.

use std::collections::BTreeMap;
use std::net::IpAddr;

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRequest, FromRequestParts, Path, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::IntoResponse;
use mujun_domain::code::DivisionCode;
use mujun_domain::subject::SubjectKind;

use super::problem::Problem;
use super::query::Parameters;
use crate::app::intake::{IntakeError, UploadId};
use crate::app::query::{FeatureCollection, FeatureKey, FindingKey, MapLayer};
use crate::app::tile::TileAddress;

/// Longest code of any register, bytes.
const LONGEST_CODE: usize = 200;

fn plausible(code: &str) -> bool {
    !code.is_empty() && code.len() <= LONGEST_CODE && !code.chars().any(char::is_control)
}

fn echo(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(80).collect()
}

async fn pair(parts: &mut Parts) -> Option<(String, String)> {
    Path::<(String, String)>::from_request_parts(parts, &()).await.ok().map(|Path(pair)| pair)
}

/// A parcel that may exist.
pub(super) struct ParcelPath {
    pub division_code: String,
    pub parcel_code: String,
}

impl<S: Send + Sync> FromRequestParts<S> for ParcelPath {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let (division_code, parcel_code) = pair(parts).await.unwrap_or_default();
        if DivisionCode::parse(&division_code).is_err() || !plausible(&parcel_code) {
            return Err(Problem::ParcelNotFound { division_code: echo(&division_code), parcel_code: echo(&parcel_code) });
        }
        Ok(ParcelPath { division_code, parcel_code })
    }
}

/// An approval that may exist.
pub(super) struct ApprovalPath {
    pub division_code: String,
    pub approval_number: String,
}

impl<S: Send + Sync> FromRequestParts<S> for ApprovalPath {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let (division_code, approval_number) = pair(parts).await.unwrap_or_default();
        if DivisionCode::parse(&division_code).is_err() || !plausible(&approval_number) {
            return Err(Problem::ApprovalNotFound {
                division_code: echo(&division_code),
                approval_number: echo(&approval_number),
            });
        }
        Ok(ApprovalPath { division_code, approval_number })
    }
}

/// A finding that may exist: a subject and a rule.
pub(super) struct FindingPath(pub FindingKey);

/// The kinds of subject that a run judges; a proposal is judged and not kept.
const RUN_SUBJECTS: [SubjectKind; 3] = [SubjectKind::Parcel, SubjectKind::Approval, SubjectKind::Supply];

impl<S: Send + Sync> FromRequestParts<S> for FindingPath {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let path = Path::<(String, String, String, String)>::from_request_parts(parts, &()).await;
        let (division_code, subject_kind, subject_code, rule_id) = path.map(|Path(path)| path).unwrap_or_default();
        let is_subject = RUN_SUBJECTS.into_iter().any(|kind| kind.as_str() == subject_kind);
        if DivisionCode::parse(&division_code).is_err() || !is_subject || !plausible(&subject_code) || !plausible(&rule_id) {
            return Err(Problem::FindingNotFound { subject: echo(&subject_code), rule: echo(&rule_id) });
        }
        Ok(FindingPath(FindingKey { division_code, subject_kind, subject_code, rule_id }))
    }
}

/// Refuses a request that another site's page makes in our user's browser. There are no accounts yet: what may be written
/// is what comes from our own page or from a program, which sends neither header.
pub(super) struct SameOrigin;

impl<S: Send + Sync> FromRequestParts<S> for SameOrigin {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        same_origin(&parts.headers, &parts.uri).map(|()| SameOrigin)
    }
}

fn same_origin(headers: &HeaderMap, uri: &Uri) -> Result<(), Problem> {
    let foreign = |found: &[u8]| Problem::ForeignOrigin { found: echo(&String::from_utf8_lossy(found)) };
    if let Some(origin) = headers.get(header::ORIGIN) {
        let own = base_url(headers, uri);
        let authority = |address: &str| address.split_once("://").and_then(|(_, rest)| Some(rest.split('/').next()?.to_owned()));
        let theirs = origin.to_str().ok().and_then(authority);
        // The scheme is not compared: a proxy may speak https before us.
        if theirs.is_none()
            || theirs.map(|host| host.to_ascii_lowercase()) != authority(&own).map(|host| host.to_ascii_lowercase())
        {
            return Err(foreign(origin.as_bytes()));
        }
    }
    match headers.get("sec-fetch-site") {
        Some(site) if site != "same-origin" && site != "none" => Err(foreign(site.as_bytes())),
        Some(_) | None => Ok(()),
    }
}

/// What our own page writes: JSON of at most `LIMIT` bytes, from no other site, without parameters. A form of another site can send
/// text, but not this media type without asking first.
pub(super) struct OwnJson<const LIMIT: usize>(pub serde_json::Value);

impl<S: Send + Sync, const LIMIT: usize> FromRequest<S> for OwnJson<LIMIT> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let (mut parts, body) = request.into_parts();
        same_origin(&parts.headers, &parts.uri)?;
        Parameters::from_request_parts(&mut parts, state).await?.finish()?;
        let headers = parts.headers.clone();
        let bytes = Bytes::from_request(Request::from_parts(parts, body), state).await;
        json_body(&headers, bytes, LIMIT, |essence| essence == "application/json").map(OwnJson)
    }
}

/// The JSON of a body, once its media type and length are seen to.
pub(super) fn json_body(
    headers: &HeaderMap,
    body: Result<Bytes, BytesRejection>,
    limit: usize,
    accepts: fn(&str) -> bool,
) -> Result<serde_json::Value, Problem> {
    let media_type = headers.get(header::CONTENT_TYPE).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
    let found = media_type.unwrap_or_default();
    if !accepts(&found.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()) {
        return Err(Problem::UnsupportedMediaType { found: echo(&found), expected: "application/json" });
    }
    let text = body.map_err(|rejection| {
        if rejection.into_response().status() == StatusCode::PAYLOAD_TOO_LARGE {
            Problem::BodyTooLarge { limit }
        } else {
            Problem::InvalidBody { reason: "请求内容没有传完".to_owned() }
        }
    })?;
    serde_json::from_slice(&text)
        .map_err(|error| Problem::InvalidBody { reason: format!("第 {} 行第 {} 列", error.line(), error.column()) })
}

/// An import that may exist.
pub(super) struct ImportPath(pub i64);

impl<S: Send + Sync> FromRequestParts<S> for ImportPath {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let Path(text) = Path::<String>::from_request_parts(parts, &()).await.unwrap_or_else(|_| Path(String::new()));
        match text.parse::<i64>() {
            Ok(import_id) if import_id > 0 => Ok(ImportPath(import_id)),
            Ok(_) | Err(_) => Err(Problem::ImportNotFound { import_id: echo(&text) }),
        }
    }
}

/// An upload that may exist.
pub(super) struct UploadPath(pub UploadId);

fn upload_id(text: &str) -> Result<UploadId, Problem> {
    UploadId::parse(text).ok_or_else(|| Problem::Upload(IntakeError::NotFound { id: echo(text) }))
}

impl<S: Send + Sync> FromRequestParts<S> for UploadPath {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let Path(text) = Path::<String>::from_request_parts(parts, &()).await.unwrap_or_else(|_| Path(String::new()));
        Ok(UploadPath(upload_id(&text)?))
    }
}

/// A file of an upload that may exist; whether the name can be one is said by the intake.
pub(super) struct UploadPartPath {
    pub upload_id: UploadId,
    pub name: String,
}

impl<S: Send + Sync> FromRequestParts<S> for UploadPartPath {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let (id, name) = pair(parts).await.unwrap_or_default();
        Ok(UploadPartPath { upload_id: upload_id(&id)?, name })
    }
}

/// The length that the sender announces, once the media type is seen to: a form of another site cannot send this type
/// without asking first.
pub(super) fn bytes_announced(headers: &HeaderMap) -> Result<Option<u64>, Problem> {
    let media_type = headers.get(header::CONTENT_TYPE).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
    let found = media_type.unwrap_or_default();
    if !found.eq_ignore_ascii_case("application/octet-stream") {
        return Err(Problem::UnsupportedMediaType { found: echo(&found), expected: "application/octet-stream" });
    }
    Ok(headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()).and_then(|text| text.parse().ok()))
}

/// A run that may exist.
pub(super) struct RunPath(pub i64);

impl<S: Send + Sync> FromRequestParts<S> for RunPath {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let Path(text) = Path::<String>::from_request_parts(parts, &()).await.unwrap_or_else(|_| Path(String::new()));
        match text.parse::<i64>() {
            Ok(run_id) if run_id > 0 => Ok(RunPath(run_id)),
            Ok(_) | Err(_) => Err(Problem::RunNotFound { run_id: echo(&text) }),
        }
    }
}

/// A tile that exists, of layers that we have, none of them twice.
pub(super) struct TilePath {
    pub layers: Vec<MapLayer>,
    pub address: TileAddress,
}

impl<S: Send + Sync> FromRequestParts<S> for TilePath {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let path = Path::<(String, String, String, String)>::from_request_parts(parts, &()).await;
        let not_found = || Problem::TileNotFound { address: echo(parts.uri.path()) };
        let Path((layers, z, x, y)) = path.map_err(|_| not_found())?;
        let address = address(&z, &x, &y).ok_or_else(not_found)?;
        Ok(TilePath { layers: tile_layers(&layers)?, address })
    }
}

fn address(z: &str, x: &str, y: &str) -> Option<TileAddress> {
    // Digits only: a number has one spelling, so that a tile has one address.
    let number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit()).then_some(text)?.parse().ok();
    TileAddress::new(z.parse().ok()?, number(x)?, number(y)?)
}

/// A tile as OGC API Tiles names it: matrix set, matrix, row, column; of a collection, or of the whole data set.
pub(super) struct OgcTilePath {
    pub layer: Option<MapLayer>,
    pub address: TileAddress,
}

/// The one tile matrix set we have.
pub(super) const TILE_MATRIX_SET: &str = "WebMercatorQuad";

impl<S: Send + Sync> FromRequestParts<S> for OgcTilePath {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let path = Path::<BTreeMap<String, String>>::from_request_parts(parts, &()).await;
        let not_found = || Problem::TileNotFound { address: echo(parts.uri.path()) };
        let Path(path) = path.map_err(|_| not_found())?;
        let part = |name: &str| path.get(name).map(String::as_str);
        let layer = part("collection").map(collection_layer).transpose()?;
        // Of the data set it stands in the address itself.
        matrix_set(part("tileMatrixSetId"))?;
        let address = match (part("tileMatrix"), part("tileCol"), part("tileRow")) {
            (Some(z), Some(x), Some(y)) => address(z, x, y),
            _ => None,
        };
        Ok(OgcTilePath { layer, address: address.ok_or_else(not_found)? })
    }
}

/// A tile set: of a collection, or of the whole data set.
pub(super) struct TileSetPath {
    pub layer: Option<MapLayer>,
}

impl<S: Send + Sync> FromRequestParts<S> for TileSetPath {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let path = Path::<BTreeMap<String, String>>::from_request_parts(parts, &()).await;
        let Path(path) = path.map_err(|_| Problem::AddressNotFound { path: echo(parts.uri.path()) })?;
        let layer = path.get("collection").map(|name| collection_layer(name)).transpose()?;
        if let Some(set) = path.get("tileMatrixSetId") {
            matrix_set(Some(set))?;
        }
        Ok(TileSetPath { layer })
    }
}

fn matrix_set(name: Option<&str>) -> Result<(), Problem> {
    match name {
        None | Some(TILE_MATRIX_SET) => Ok(()),
        Some(other) => Err(Problem::TileMatrixSetNotFound { name: echo(other) }),
    }
}

/// The layer of the tiles that shows a collection: of the same name.
fn collection_layer(name: &str) -> Result<MapLayer, Problem> {
    let collection = collection(name)?;
    MapLayer::from_word(collection.as_str()).ok_or_else(|| Problem::CollectionNotFound { collection: echo(name) })
}

/// Layers of a tile in a path of its own.
pub(super) struct LayersPath(pub Vec<MapLayer>);

impl<S: Send + Sync> FromRequestParts<S> for LayersPath {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let Path(text) = Path::<String>::from_request_parts(parts, &()).await.unwrap_or_else(|_| Path(String::new()));
        tile_layers(&text).map(LayersPath)
    }
}

/// The closed list caps the number: no layer may be named twice.
pub(super) fn tile_layers(text: &str) -> Result<Vec<MapLayer>, Problem> {
    let allowed = || MapLayer::ALL.map(MapLayer::as_str).to_vec();
    let mut layers = Vec::new();
    for word in text.split(',') {
        match MapLayer::ALL.into_iter().find(|layer| layer.as_str() == word) {
            Some(layer) if !layers.contains(&layer) => layers.push(layer),
            Some(_) | None => return Err(Problem::UnknownLayer { found: echo(word), allowed: allowed() }),
        }
    }
    Ok(layers)
}

/// A collection that exists.
pub(super) struct CollectionPath(pub FeatureCollection);

fn collection(text: &str) -> Result<FeatureCollection, Problem> {
    FeatureCollection::ALL
        .into_iter()
        .find(|collection| collection.as_str() == text)
        .ok_or_else(|| Problem::CollectionNotFound { collection: echo(text) })
}

impl<S: Send + Sync> FromRequestParts<S> for CollectionPath {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let Path(text) = Path::<String>::from_request_parts(parts, &()).await.unwrap_or_else(|_| Path(String::new()));
        Ok(CollectionPath(collection(&text)?))
    }
}

/// A feature that may exist: the division's six digits, a point, the code.
pub(super) struct FeaturePath {
    pub collection: FeatureCollection,
    pub key: FeatureKey,
}

impl<S: Send + Sync> FromRequestParts<S> for FeaturePath {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let (name, feature) = pair(parts).await.unwrap_or_default();
        let collection = collection(&name)?;
        match feature.split_once('.') {
            Some((division_code, code)) if DivisionCode::parse(division_code).is_ok() && plausible(code) => {
                Ok(FeaturePath { collection, key: FeatureKey { division_code: division_code.to_owned(), code: code.to_owned() } })
            }
            _ => Err(Problem::FeatureNotFound { collection: collection.as_str(), feature: echo(&feature) }),
        }
    }
}

/// The address under which the client reached us, without a slash at the end: `http://host:port`.
///
/// Taken from `X-Forwarded-Proto`, `X-Forwarded-Host` and `X-Forwarded-Prefix` of a proxy, else from `Host`. Only characters
/// of host names are let through, so that a forged header cannot write anything else into our links.
pub(super) struct BaseUrl(pub String);

impl<S: Send + Sync> FromRequestParts<S> for BaseUrl {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(BaseUrl(base_url(&parts.headers, &parts.uri)))
    }
}

fn base_url(headers: &HeaderMap, uri: &Uri) -> String {
    let first = |name: &str| {
        let value = headers.get(name)?.to_str().ok()?.split(',').next()?.trim();
        (!value.is_empty()).then_some(value)
    };
    let scheme = match first("x-forwarded-proto") {
        Some("https") => "https",
        _ => "http",
    };
    let host = first("x-forwarded-host")
        .or_else(|| first(header::HOST.as_str()))
        .or_else(|| uri.authority().map(|authority| authority.as_str()))
        .filter(|host| is_host(host))
        .unwrap_or("localhost");
    let prefix = first("x-forwarded-prefix")
        .filter(|prefix| prefix.starts_with('/') && prefix.chars().all(|c| c.is_ascii_alphanumeric() || "/-_.~".contains(c)))
        .unwrap_or_default()
        .trim_end_matches('/');
    format!("{scheme}://{host}{prefix}")
}

fn is_host(text: &str) -> bool {
    let bracketed = text.strip_prefix('[').and_then(|rest| rest.split_once(']'));
    match bracketed {
        Some((address, port)) => {
            address.parse::<IpAddr>().is_ok_and(|address| address.is_ipv6())
                && (port.is_empty() || port.strip_prefix(':').is_some_and(|port| port.parse::<u16>().is_ok()))
        }
        None => {
            let (name, port) = text.split_once(':').unwrap_or((text, "80"));
            !name.is_empty()
                && name.len() <= 253
                && name.chars().all(|c| c.is_ascii_alphanumeric() || "-._".contains(c))
                && port.parse::<u16>().is_ok()
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn base(pairs: &[(&'static str, &'static str)]) -> String {
        let headers = pairs.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect();
        base_url(&headers, &Uri::from_static("/"))
    }

    #[test]
    fn links_follow_the_host_header_and_a_proxy() {
        assert_eq!(base(&[("host", "127.0.0.1:8080")]), "http://127.0.0.1:8080");
        assert_eq!(base(&[("host", "[::1]:8080")]), "http://[::1]:8080");
        let proxied = [
            ("host", "10.0.0.1"),
            ("x-forwarded-proto", "https"),
            ("x-forwarded-host", "tudi.example.cn, a"),
            ("x-forwarded-prefix", "/mujun/"),
        ];
        assert_eq!(base(&proxied), "https://tudi.example.cn/mujun");
    }

    #[test]
    fn a_forged_host_does_not_reach_our_links() {
        assert_eq!(base(&[("host", "a\"><script>")]), "http://localhost");
        assert_eq!(base(&[("host", "evil.example/path")]), "http://localhost");
        assert_eq!(base(&[("host", "h"), ("x-forwarded-prefix", "/a\"b")]), "http://h");
    }

    #[test]
    fn only_our_own_page_or_a_program_may_write() {
        let may_write = |pairs: &[(&'static str, &'static str)]| {
            let headers = pairs.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect();
            same_origin(&headers, &Uri::from_static("/")).is_ok()
        };
        assert!(may_write(&[("host", "127.0.0.1:8080")]), "a program");
        assert!(may_write(&[("host", "127.0.0.1:8080"), ("origin", "http://127.0.0.1:8080"), ("sec-fetch-site", "same-origin")]));
        assert!(may_write(&[("host", "h"), ("x-forwarded-host", "Tudi.example.cn"), ("origin", "https://tudi.example.cn")]));
        for origin in ["http://evil.example", "null", "http://127.0.0.1:9090", "http://127.0.0.1", "127.0.0.1:8080", ""] {
            assert!(!may_write(&[("host", "127.0.0.1:8080"), ("origin", origin)]), "{origin}");
        }
        assert!(!may_write(&[("host", "127.0.0.1:8080"), ("sec-fetch-site", "cross-site")]));
        assert!(!may_write(&[("host", "127.0.0.1:8080"), ("sec-fetch-site", "same-site")]));
    }

    #[test]
    fn no_layer_may_be_asked_for_twice() {
        assert_eq!(tile_layers("parcels,zones").unwrap(), [MapLayer::Parcels, MapLayer::Zones]);
        assert!(tile_layers("parcels,parcels").is_err());
        assert!(tile_layers("parcels;drop table parcel").is_err());
        assert!(tile_layers("").is_err());
    }
}
