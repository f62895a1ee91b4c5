//! Each problem once: its type, its status, and Chinese text that says what to do and nothing about our insides.

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use sqlx::Executor;

use super::seed::{Answer, Api};
use crate::town::registers;

fn assert_problem(answer: &Answer, kind: &str, status: StatusCode) {
    let text = String::from_utf8_lossy(&answer.body);
    assert_eq!(answer.status, status, "{kind}: {text}");
    assert_eq!(answer.header(header::CONTENT_TYPE), "application/problem+json; charset=utf-8", "{kind}");
    let problem = answer.json();
    assert_eq!(problem["type"], format!("/problems/{kind}"));
    assert_eq!(problem["status"], status.as_u16());
    for member in ["title", "detail"] {
        let words = problem[member].as_str().unwrap();
        assert!(words.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c)), "{kind}: {member} is not Chinese: {words}");
    }
}

#[tokio::test]
async fn before_the_first_run_every_answer_that_needs_one_says_so() {
    let api = Api::empty().await;
    for address in
        ["scope", "summary", "parcels", "findings", "approvals", "supplies", "projects", "target", "parcels/330402/P01"]
    {
        assert_problem(&api.get(&format!("/api/v1/{address}")).await, "no-run", StatusCode::CONFLICT);
    }
    for address in ["/api/v1/divisions", "/api/v1/imports", "/collections", "/collections/parcels/items", "/readyz", "/healthz"] {
        assert_eq!(api.get(address).await.status, StatusCode::OK, "{address}");
    }
    assert_eq!(
        api.get("/tiles/parcels,leftovers,buildings,zones,projects,supplies/10/854/420").await.status,
        StatusCode::NO_CONTENT
    );
}

#[tokio::test]
async fn while_a_register_is_being_filled_its_readers_are_told_when_to_come_again() {
    let api = Api::judged(&registers()).await;
    let mut filling = api.city.connection().await;
    filling.execute("begin; lock table parcel in access exclusive mode").await.unwrap();
    let answer = api.get("/api/v1/parcels").await;
    assert_problem(&answer, "being-filled", StatusCode::SERVICE_UNAVAILABLE);
    let seconds: u32 = answer.header(header::RETRY_AFTER).parse().unwrap();
    assert!((1..60).contains(&seconds));
    for address in ["/readyz", "/healthz", "/api/v1/imports"] {
        assert_eq!(api.get(address).await.status, StatusCode::OK, "{address}");
    }
    filling.execute("commit").await.unwrap();
    assert_eq!(api.get("/api/v1/parcels").await.status, StatusCode::OK);
}

#[tokio::test]
async fn what_is_not_there_is_named() {
    let api = Api::judged(&registers()).await;
    for (address, kind) in [
        ("/api/v1/parcels/330402/NONE", "parcel-not-found"),
        ("/api/v1/parcels/33040/P01", "parcel-not-found"),
        ("/api/v1/parcels/330402/%00", "parcel-not-found"),
        ("/api/v1/parcels/330402/NONE/geojson", "parcel-not-found"),
        ("/api/v1/approvals/330402/NONE", "approval-not-found"),
        ("/api/v1/imports/999999/issues", "import-not-found"),
        ("/api/v1/imports/first/issues", "import-not-found"),
        ("/api/v1/target", "target-not-found"),
        ("/collections/streets", "collection-not-found"),
        ("/collections/streets/items", "collection-not-found"),
        ("/collections/parcels/items/330402.NONE", "feature-not-found"),
        ("/collections/parcels/items/NONE", "feature-not-found"),
        ("/tiles/parcels/23/0/0", "tile-not-found"),
        ("/tiles/parcels/3/8/0", "tile-not-found"),
        ("/tiles/parcels/3/-1/0", "tile-not-found"),
        ("/tiles/parcels/3/0/0.pbf", "tile-not-found"),
        ("/api/v1/parcel", "address-not-found"),
        ("/tiles/none", "tile-matrix-set-not-found"),
        ("/tile", "address-not-found"),
        ("/nowhere", "address-not-found"),
    ] {
        assert_problem(&api.get(address).await, kind, StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn what_is_asked_wrongly_is_refused_by_name() {
    let api = Api::town().await;
    for (address, kind) in [
        ("/tiles/streets/3/0/0", "unknown-layer"),
        ("/tiles/parcels,parcels/3/0/0", "unknown-layer"),
        ("/api/v1/scope?x=1", "unknown-parameter"),
        ("/api/v1/parcels?count=330402", "unknown-parameter"),
        ("/collections/parcels/items?filter=a", "unknown-parameter"),
        ("/collections/divisions/items?kind=underused", "unknown-parameter"),
        ("/api/v1/parcels?county=33", "invalid-parameter"),
        ("/api/v1/parcels?kind=idle", "invalid-parameter"),
        ("/api/v1/parcels?kind=underused&kind=underused", "invalid-parameter"),
        ("/api/v1/parcels?sort=area;drop", "invalid-parameter"),
        ("/api/v1/parcels?limit=0", "invalid-parameter"),
        ("/api/v1/parcels?limit=1001", "invalid-parameter"),
        ("/api/v1/parcels?bbox=1,2,3", "invalid-parameter"),
        ("/api/v1/parcels?q=%00", "invalid-parameter"),
        ("/api/v1/parcels?q=%FF", "invalid-parameter"),
        ("/api/v1/parcels?outcome=met", "invalid-parameter"),
        ("/collections/parcels/items?limit=0", "invalid-parameter"),
        ("/collections/parcels/items?bbox=120,91,121,92", "invalid-parameter"),
        ("/collections/parcels/items?datetime=yesterday", "invalid-parameter"),
        ("/collections/parcels/items?f=xml", "invalid-parameter"),
        ("/api/v1/parcels?cursor=abc", "invalid-cursor"),
        ("/collections/parcels/items?cursor=abc", "invalid-cursor"),
    ] {
        assert_problem(&api.get(address).await, kind, StatusCode::BAD_REQUEST);
    }
    let unknown = api.get("/api/v1/parcels?count=330402&order=x").await.json();
    assert!(unknown["detail"].as_str().unwrap().contains("count、order"), "{unknown}");
    assert!(unknown["detail"].as_str().unwrap().contains("county"), "{unknown}");
}

#[tokio::test]
async fn a_cursor_holds_for_its_own_order_only() {
    let api = Api::town().await;
    let next = api.json("/api/v1/parcels?limit=2&sort=area").await["next"].as_str().unwrap().to_owned();
    assert_eq!(api.get(&format!("/api/v1/parcels?limit=2&sort=area&cursor={next}")).await.status, StatusCode::OK);
    let other = api.get(&format!("/api/v1/parcels?limit=2&sort=code&cursor={next}")).await;
    assert_problem(&other, "invalid-cursor", StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn methods_and_bodies_are_checked_before_they_are_read() {
    let api = Api::empty().await;
    let address = "/api/v1/proposals/check";
    assert_problem(&api.get(address).await, "method-not-allowed", StatusCode::METHOD_NOT_ALLOWED);
    let delete = Request::delete("/api/v1/parcels").body(Body::empty()).unwrap();
    assert_problem(&api.send(delete).await, "method-not-allowed", StatusCode::METHOD_NOT_ALLOWED);
    assert_problem(&api.post_json(address, "{\"name\": ").await, "invalid-body", StatusCode::BAD_REQUEST);
    let text = Request::post(address).header(header::CONTENT_TYPE, "text/plain").body(Body::from("{}")).unwrap();
    assert_problem(&api.send(text).await, "unsupported-media-type", StatusCode::UNSUPPORTED_MEDIA_TYPE);
    let long = format!("\"{}\"", "x".repeat(5 * 1024 * 1024));
    assert_problem(&api.post_json(address, &long).await, "body-too-large", StatusCode::PAYLOAD_TOO_LARGE);
    let faulty = api.post_json(address, "{}").await;
    assert_problem(&faulty, "faulty-proposal", StatusCode::UNPROCESSABLE_ENTITY);
    assert!(!faulty.json()["errors"].as_array().unwrap().is_empty());
}

#[tokio::test]
async fn a_failing_statement_is_an_internal_problem_that_tells_nothing() {
    let api = Api::town().await;
    api.city.pool.execute("alter table parcel_state rename to hidden").await.unwrap();
    let answer = api.get("/api/v1/parcels").await;
    assert_problem(&answer, "internal", StatusCode::INTERNAL_SERVER_ERROR);
    let text = String::from_utf8(answer.body.clone()).unwrap();
    assert!(!text.contains("parcel_state") && !text.contains("relation"), "{text}");
    let request = answer.header("x-request-id");
    assert!(answer.json()["instance"].as_str().unwrap().ends_with(request) && !request.is_empty());
}

#[tokio::test]
async fn a_database_that_does_not_answer_is_unavailable() {
    let api = Api::town().await;
    api.city.pool.close().await;
    for address in ["/api/v1/parcels", "/collections/parcels/items", "/tiles/parcels/10/854/420", "/readyz"] {
        assert_problem(&api.get(address).await, "unavailable", StatusCode::SERVICE_UNAVAILABLE);
    }
    assert_eq!(api.get("/healthz").await.status, StatusCode::OK);
}
