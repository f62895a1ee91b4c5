//! Tolerances are set by command and by API, with a reason and a day; nothing is overwritten, and the next import is checked by them.

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::cli::{refused, run, said};
use crate::quality::{bring, routes};
use crate::runs::replay::law;
use crate::runs::world::World;
use crate::town::{add_parcel, ground, rectangle, registers};

fn two(shift: f64) -> mujun::app::registers::Registers {
    let mut town = registers();
    add_parcel(&mut town, "A", ground(rectangle(0.0, shift, 100.0, 100.0)), None);
    add_parcel(&mut town, "B", ground(rectangle(99.5, shift, 100.0, 100.0)), None);
    town
}

async fn listed(world: &World, more: &[&str]) -> Vec<Value> {
    let output = run(&world.city, &[&["tolerance", "list", "--report", "json"], more].concat()).await;
    let told: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", said(&output)));
    told["tolerances"].as_array().unwrap().clone()
}

#[tokio::test]
async fn a_tolerance_is_set_with_its_reason_and_the_next_import_goes_by_it() {
    let world = World::new().await;
    let before = listed(&world, &[]).await;
    assert_eq!(before.len(), 12);
    assert!(before.iter().all(|row| row["certainty"] == "operator" && row["reason"].is_null()));
    assert_eq!(bring(&world, "by the first", &two(0.0)).await.1.len(), 1, "an overlap of 50 square metres");
    let set = ["tolerance", "set", "overlap_min_area", "60", "--reason", "旧图精度有限", "--by", "某局", "--on", "2026-01-05"];
    let output = run(&world.city, &set).await;
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert!(said(&output).contains("1 → 60 平方米"), "{}", said(&output));
    assert_eq!(bring(&world, "by the second", &two(0.4)).await.1, []);
    let after = listed(&world, &[]).await;
    assert_eq!(after.len(), 12);
    let now = after.iter().find(|row| row["name"] == "overlap_min_area").unwrap();
    let expected = (json!(60.0), json!("旧图精度有限"), json!("2026-01-05"), json!("某局"));
    assert_eq!((now["value"].clone(), now["reason"].clone(), now["decided_on"].clone(), now["decided_by"].clone()), expected);
    let all = listed(&world, &["--history"]).await;
    assert_eq!(all.len(), 13);
    let continuous: bool = sqlx::query_scalar(
        "select max(upper(recorded)) filter (where not upper_inf(recorded)) = max(lower(recorded)) filter (where upper_inf(recorded))
         from quality_tolerance where name = 'overlap_min_area'",
    )
    .fetch_one(&world.city.pool)
    .await
    .unwrap();
    assert!(continuous);
    let shown = said(&run(&world.city, &["tolerance", "list", "--history"]).await);
    assert!(shown.contains("overlap_min_area（旧）") && shown.contains("操作员的设置，不是规定"), "{shown}");
}

#[tokio::test]
async fn what_a_tolerance_cannot_be_is_refused_and_changes_nothing() {
    let world = World::new().await;
    let set = async |name: &str, value: &str, more: &[&str]| {
        run(&world.city, &[&["tolerance", "set", name, value, "--reason", "试"], more].concat()).await
    };
    refused(&set("overlap", "1", &[]).await, 3, &["overlap_min_area"]);
    refused(&set("outside_min_share", "10", &[]).await, 3, &["0 到 1"]);
    refused(&set("gap_min_width", "0.6", &[]).await, 3, &["gap_max_width", "0.5"]);
    refused(&set("overlap_min_area", "NaN", &[]).await, 3, &["不小于 0"]);
    refused(&set("overlap_min_area", "2", &["--on", "2999-01-01"]).await, 3, &["晚于今天"]);
    refused(&set("overlap_min_area", "2", &["--document", " "]).await, 3, &["所据文件"]);
    assert_eq!(listed(&world, &["--history"]).await.len(), 12);
    let output = set("overlap_min_area", "2", &["--document", "某技术规程 4.2"]).await;
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let now = listed(&world, &[]).await;
    assert_eq!(now.iter().find(|row| row["name"] == "overlap_min_area").unwrap()["certainty"], "document");
}

#[tokio::test]
async fn the_api_tells_and_sets_tolerances() {
    let world = World::new().await;
    let uploads = tempfile::tempdir().unwrap();
    let routes = routes(&world, law(), uploads.path());
    let ask = async |request: Request<Body>| -> (StatusCode, Value) {
        let (parts, body) = routes.clone().oneshot(request).await.unwrap().into_parts();
        (parts.status, serde_json::from_slice(&body.collect().await.unwrap().to_bytes()).unwrap())
    };
    let post = |value: Value| {
        let request = Request::post("/api/v1/tolerances").header(header::CONTENT_TYPE, "application/json");
        request.body(Body::from(value.to_string())).unwrap()
    };
    let (status, now) = ask(post(json!({"name": "sliver_min_area", "value": 8, "reason": "小地块多"}))).await;
    assert_eq!((status, now["value"].as_f64(), now["unit"].as_str()), (StatusCode::CREATED, Some(8.0), Some("m2")), "{now}");
    let (_, all) = ask(Request::get("/api/v1/tolerances").body(Body::empty()).unwrap()).await;
    assert_eq!(all["items"].as_array().unwrap().len(), 13);
    for wrong in [json!({"name": "sliver_min_area", "value": "8"}), json!({"name": "x", "value": 1, "reason": "r"}), json!([])] {
        let (status, problem) = ask(post(wrong)).await;
        assert_eq!(
            (status, problem["type"].as_str()),
            (StatusCode::BAD_REQUEST, Some("/problems/tolerance-refused")),
            "{problem}"
        );
    }
}
