//! Runs and supply rates over HTTP.

use axum::http::StatusCode;

use super::seed::Api;

#[tokio::test]
async fn a_run_says_how_to_make_it_again() {
    let api = Api::town().await;
    let list = api.json("/api/v1/runs").await;
    let run = &list["items"][0];
    assert_eq!(
        (&run["is_current"], &run["as_of"], &list["next"]),
        (&true.into(), &"2026-06-30".into(), &serde_json::Value::Null)
    );
    let replay = run["replay"].as_str().unwrap();
    assert!(replay.contains(run["rulebook"]["digest"].as_str().unwrap()) && replay.contains("--known-at"), "{replay}");
    assert!(run["library_versions"]["proj"].is_string() && run["facts_revision"].as_i64().unwrap() > 0);
    let address = format!("/api/v1/runs/{}", run["run_id"]);
    assert_eq!(&api.json(&address).await, run);
    for missing in ["/api/v1/runs/999999", "/api/v1/runs/x", "/api/v1/runs/0"] {
        let answer = api.get(missing).await;
        assert_eq!((answer.status, answer.json()["type"].as_str()), (StatusCode::NOT_FOUND, Some("/problems/run-not-found")));
    }
    assert_eq!(api.get("/api/v1/runs?run=1").await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn supply_rates_show_that_their_formula_is_remembered_and_not_read() {
    let api = Api::town().await;
    let rates = api.json("/api/v1/supply-rates").await;
    assert_eq!(rates["certainty"], "RECALLED");
    let (total, items) = (&rates["total"], rates["items"].as_array().unwrap());
    let sum = |field: &str| items.iter().map(|item| item[field].as_f64().unwrap()).sum::<f64>();
    for field in ["approved_m2", "supplied_m2", "deducted_m2", "sliver_m2", "leftover_m2", "counted_m2"] {
        assert!((total[field].as_f64().unwrap() - sum(field)).abs() < 0.01, "{field}");
    }
    let rate = total["supplied_m2"].as_f64().unwrap() / total["approved_m2"].as_f64().unwrap();
    assert!((total["rate"].as_f64().unwrap() - rate).abs() < 1e-12 && rate > 0.0);
    assert_eq!(api.json("/api/v1/supply-rates?division=330411").await["total"]["rate"], serde_json::Value::Null);
    for refused in ["division=1", "year=99", "county=330402"] {
        assert_eq!(api.get(&format!("/api/v1/supply-rates?{refused}")).await.status, StatusCode::BAD_REQUEST, "{refused}");
    }
}
