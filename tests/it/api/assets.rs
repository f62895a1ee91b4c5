//! The application's files: what is missing is missing, what is a page may load only ours, and names cannot climb.

use axum::http::{StatusCode, header};

use super::seed::Api;

#[tokio::test]
async fn a_missing_asset_is_never_answered_with_the_page() {
    let api = Api::empty().await;
    for address in
        ["/assets/none.mjs", "/assets/../Cargo.toml", "/assets/..%2f..%2fCargo.toml", "/assets/%2e%2e/%2e%2e/Cargo.toml"]
    {
        let answer = api.get_with(address, header::ACCEPT, "text/html").await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{address}");
        assert_eq!(answer.header(header::CONTENT_TYPE), "application/problem+json; charset=utf-8", "{address}");
    }
}

#[tokio::test]
async fn addresses_of_programs_are_never_answered_with_the_page() {
    let api = Api::empty().await;
    for address in ["/api/none", "/tiles/none", "/collections/parcels/none", "/assets"] {
        let answer = api.get_with(address, header::ACCEPT, "text/html").await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{address}");
    }
    assert_eq!(api.get_with("/parcels/330402/P01", header::ACCEPT, "application/json").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_browser_gets_the_page_at_any_address_of_the_application() {
    let api = Api::empty().await;
    for address in ["/", "/parcels/330402/P01?as_of=2026-06-30", "/target"] {
        let answer = api.get_with(address, header::ACCEPT, "text/html,application/xhtml+xml,*/*;q=0.8").await;
        // Built or not: either the page or the word on how to build it.
        assert!([StatusCode::OK, StatusCode::SERVICE_UNAVAILABLE].contains(&answer.status), "{address}: {}", answer.status);
        assert!(answer.header(header::CONTENT_TYPE).starts_with("text/html"), "{address}");
        if answer.status == StatusCode::OK {
            assert_eq!(answer.header(header::CACHE_CONTROL), "no-cache");
        } else {
            assert!(String::from_utf8(answer.body.clone()).unwrap().contains("前端尚未构建，请运行 make build"));
        }
    }
}

#[tokio::test]
async fn every_answer_forbids_foreign_scripts_and_guessing_of_types() {
    let api = Api::empty().await;
    for address in ["/", "/healthz", "/api/v1/scope", "/assets/none"] {
        let answer = api.get(address).await;
        let policy = answer.header(header::CONTENT_SECURITY_POLICY);
        assert!(policy.contains("default-src 'self'") && policy.contains("frame-ancestors 'none'"), "{address}");
        assert!(!policy.contains("unsafe-eval") && !policy.contains("script-src 'self' "), "{address}");
        assert_eq!(answer.header(header::X_CONTENT_TYPE_OPTIONS), "nosniff");
        assert_eq!(answer.header(header::REFERRER_POLICY), "same-origin");
    }
}
