//! Paths and headers, parsed before a handler runs: a name that cannot exist never reaches the database.

use std::net::IpAddr;

use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Uri, header};
use mujun_domain::code::DivisionCode;

use super::problem::Problem;
use crate::app::query::{FeatureCollection, FeatureKey, TileAddress, TileLayer};

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

/// A tile that exists, of layers that we have, none of them twice.
pub(super) struct TilePath {
    pub layers: Vec<TileLayer>,
    pub address: TileAddress,
}

impl<S: Send + Sync> FromRequestParts<S> for TilePath {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let not_found = || Problem::TileNotFound { address: echo(parts.uri.path()) };
        let mut parts_for_path = parts.clone();
        let Path((layers, z, x, y)) = Path::<(String, String, String, String)>::from_request_parts(&mut parts_for_path, &())
            .await
            .map_err(|_| not_found())?;
        let (z, x, y) = match (z.parse(), x.parse(), y.parse()) {
            (Ok(z), Ok(x), Ok(y)) => (z, x, y),
            _ => return Err(not_found()),
        };
        let address = TileAddress::new(z, x, y).ok_or_else(not_found)?;
        Ok(TilePath { layers: tile_layers(&layers)?, address })
    }
}

/// The closed list caps the number: no layer may be named twice.
fn tile_layers(text: &str) -> Result<Vec<TileLayer>, Problem> {
    let allowed = || TileLayer::ALL.map(TileLayer::as_str).to_vec();
    let mut layers = Vec::new();
    for word in text.split(',') {
        match TileLayer::ALL.into_iter().find(|layer| layer.as_str() == word) {
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
    fn no_layer_may_be_asked_for_twice() {
        assert_eq!(tile_layers("parcels,zones").unwrap(), [TileLayer::Parcels, TileLayer::Zones]);
        assert!(tile_layers("parcels,parcels").is_err());
        assert!(tile_layers("parcels;drop table parcel").is_err());
        assert!(tile_layers("").is_err());
    }
}
