//! HTTP: the JSON interface of the map application, vector tiles, OGC API Features and the application's own files.
//! Parses requests, calls one use case each and shapes its answer; holds no rule, no statement and no state of its own.

mod assets;
mod context;
mod cql;
mod cursor;
mod extract;
mod hatch;
mod openapi;
mod problem;
mod query;
mod route;
mod tile_query;
mod upload_problem;
mod view;

use std::future::Future;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware;
use axum::routing::{get, post, put};
use tokio::net::TcpListener;
use tower::ServiceBuilder;
use tower_http::CompressionLevel;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::set_header::SetResponseHeaderLayer;

use crate::app::state::State;

/// Largest proposal accepted, bytes.
const LARGEST_PROPOSAL: usize = 5 * 1024 * 1024;

/// Largest decision accepted, bytes: its texts are capped at some thousands of characters.
const LARGEST_DETERMINATION: usize = 64 * 1024;

/// Largest decision about a file accepted, bytes: most of it is the text of a mapping.
const LARGEST_INTAKE_DECISION: usize = 1024 * 1024;

/// What the page may load: nothing from elsewhere, no script but ours. Inline style attributes are needed by chart tooltips.
const CONTENT_SECURITY_POLICY: &str = "default-src 'self'; script-src 'self'; worker-src 'self'; img-src 'self' data: blob:; \
     style-src 'self'; style-src-attr 'unsafe-inline'; font-src 'self'; connect-src 'self'; object-src 'none'; base-uri 'self'; \
     frame-ancestors 'none'";

/// Every address served, with limits, compression and headers.
pub fn router(state: State) -> Router {
    let fixed =
        |name: HeaderName, value: &'static str| SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value));
    Router::new()
        .route("/healthz", get(route::health::live))
        .route("/readyz", get(route::health::ready))
        .route("/api/v1/scope", get(route::scope::get))
        .route("/api/v1/summary", get(route::summary::get))
        .route("/api/v1/divisions", get(route::divisions::get))
        .route("/api/v1/parcels", get(route::parcels::get))
        .route("/api/v1/parcels/{division_code}/{parcel_code}", get(route::parcel::get))
        .route("/api/v1/parcels/{division_code}/{parcel_code}/geojson", get(route::parcel_geojson::get))
        .route("/api/v1/parcels/{division_code}/{parcel_code}/lineage", get(route::parcel_lineage::get))
        .route("/api/v1/findings", get(route::findings::get))
        .route(
            "/api/v1/findings/{division_code}/{subject_kind}/{subject_code}/{rule_id}/determinations",
            get(route::determinations::get).post(route::determinations::post).layer(DefaultBodyLimit::max(LARGEST_DETERMINATION)),
        )
        .route("/api/v1/approvals", get(route::approvals::get))
        .route("/api/v1/approvals/{division_code}/{approval_number}", get(route::approval::get))
        .route("/api/v1/supplies", get(route::supplies::get))
        .route("/api/v1/uploads", get(route::upload::collection::get))
        .route("/api/v1/uploads/{upload_id}", get(route::upload::one::get).delete(route::upload::one::delete))
        .route("/api/v1/uploads/{upload_id}/inspection", get(route::upload::inspection::get))
        .route("/api/v1/uploads/{upload_id}/first-rows", post(route::upload::first_rows::post).layer(decision_limit()))
        .route("/api/v1/uploads/{upload_id}/preview", post(route::upload::preview::post).layer(decision_limit()))
        .route("/api/v1/uploads/{upload_id}/commit", post(route::upload::commit::post).layer(decision_limit()))
        .route("/api/v1/uploads/{upload_id}/job", get(route::upload::job::get))
        .route("/api/v1/uploads/{upload_id}/issues", get(route::upload::issues::get))
        .route("/api/v1/imports", get(route::imports::get))
        .route("/api/v1/imports/{import_id}/issues", get(route::import_issues::get))
        .route("/api/v1/imports/{import_id}/quarantine", get(route::import_quarantine::get))
        .route("/api/v1/runs", get(route::runs::get))
        .route("/api/v1/runs/{run_id}", get(route::run::get))
        .route("/api/v1/supply-rates", get(route::supply_rates::get))
        .route("/api/v1/projects", get(route::projects::get))
        .route("/api/v1/target", get(route::target::get))
        .route(
            "/api/v1/tolerances",
            get(route::tolerances::get).post(route::tolerances::post).layer(DefaultBodyLimit::max(LARGEST_DETERMINATION)),
        )
        .route("/api/v1/proposals/check", post(route::proposal_check::post).layer(DefaultBodyLimit::max(LARGEST_PROPOSAL)))
        .route("/api/v1/map", get(route::map::get))
        .route("/tilejson/{layers}", get(route::tilesets::of_layers))
        .route("/style.json", get(route::style::get))
        .route("/style/{name}", get(route::style::sprite))
        .route("/tileMatrixSets", get(route::tile_matrix_sets::list))
        .route("/tileMatrixSets/{tileMatrixSetId}", get(route::tile_matrix_sets::one))
        .route("/tiles", get(route::tilesets::list))
        .route("/tiles/{tileMatrixSetId}", get(route::tilesets::describe))
        .route("/collections/{collection}/tiles", get(route::tilesets::list))
        .route("/collections/{collection}/tiles/{tileMatrixSetId}", get(route::tilesets::describe))
        .route("/", get(route::landing::get))
        .route("/conformance", get(route::conformance::get))
        .route("/api", get(route::api::get))
        .route("/collections", get(route::collections::get))
        .route("/collections/{collection}", get(route::collection::get))
        .route("/collections/{collection}/items", get(route::items::get))
        .route("/collections/{collection}/items/{feature}", get(route::item::get))
        .route("/assets/{*path}", get(assets::asset))
        .layer(middleware::from_fn(context::deadline))
        // A large file takes as long as the line needs; silence is cut short where the bytes are read.
        .route("/api/v1/uploads", post(route::upload::collection::post))
        .route("/api/v1/uploads/{upload_id}/parts/{name}", put(route::upload::part::put))
        .fallback(assets::page_or_nothing)
        .method_not_allowed_fallback(route::method_not_allowed)
        .with_state(state.clone())
        .layer(
            ServiceBuilder::new()
                .layer(fixed(header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY))
                .layer(fixed(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
                .layer(fixed(header::REFERRER_POLICY, "same-origin"))
                .layer(CompressionLayer::new().gzip(true).quality(CompressionLevel::Fastest))
                .layer(middleware::from_fn(context::request))
                .layer(CatchPanicLayer::custom(context::panicked)),
        )
        .merge(tiles(state))
}

/// The addresses of tiles. They are asked for by the thousand, say themselves how they are compressed, and are logged only when
/// something is worth telling: what surrounds them must not cost more than they do.
fn tiles(state: State) -> Router {
    Router::new()
        .route("/tiles/{layers}/{z}/{x}/{y}", get(route::tile::get))
        .route("/tiles/WebMercatorQuad/{tileMatrix}/{tileRow}/{tileCol}", get(route::tilesets::one))
        .route("/collections/{collection}/tiles/{tileMatrixSetId}/{tileMatrix}/{tileRow}/{tileCol}", get(route::tilesets::one))
        .method_not_allowed_fallback(route::method_not_allowed)
        .with_state(state)
        .layer(ServiceBuilder::new().layer(middleware::from_fn(context::tile)).layer(CatchPanicLayer::custom(context::panicked)))
}

fn decision_limit() -> DefaultBodyLimit {
    DefaultBodyLimit::max(LARGEST_INTAKE_DECISION)
}

/// Serves until `shutdown` completes; requests under way are answered first.
///
/// # Errors
/// When the listener fails.
pub async fn run(
    listener: TcpListener,
    state: State,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    axum::serve(listener, router(state)).with_graceful_shutdown(shutdown).await
}
