//! What people decide about a flag: step by step, with the computed original beside it, and nothing moves by itself.

use axum::body::Body;
use axum::http::{HeaderName, Request, StatusCode, header};
use mujun::store::finding::{self, NewFinding};
use mujun::store::run;
use serde_json::{Value, json};
use sqlx::Executor;

use super::seed::{Answer, Api, encoded};
use crate::town::COUNTY;

/// A finding by its key, as the addresses name it.
struct Flag {
    address: String,
    subject_kind: String,
    subject_code: String,
    rule_id: String,
}

impl Flag {
    fn of(finding: &Value) -> Flag {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let (subject_kind, subject_code, rule_id) =
            (text(&finding["subject"]["kind"]), text(&finding["subject"]["code"]), text(&finding["rule_id"]));
        let division = text(&finding["division_code"]);
        let address = format!("/api/v1/findings/{division}/{subject_kind}/{}/{rule_id}/determinations", encoded(&subject_code));
        Flag { address, subject_kind, subject_code, rule_id }
    }

    async fn first(api: &Api, kind: &str) -> Flag {
        Flag::of(&api.json(&format!("/api/v1/findings?kind={kind}&limit=1")).await["items"][0])
    }
}

/// A decision on what the client sees now.
async fn seeing(api: &Api, flag: &Flag, changed: Value) -> Value {
    let life = api.json(&flag.address).await;
    let mut body = json!({
        "seen_sequence": life["seen_sequence"], "seen_finding_sha256": life["seen_finding_sha256"],
        "step": "verified", "decided_by": "某区自然资源所", "decided_on": "2024-03-01", "reason": "现场查看",
    });
    for (name, value) in changed.as_object().unwrap() {
        body[name] = value.clone();
    }
    body
}

async fn decide(api: &Api, flag: &Flag, changed: Value) -> Answer {
    let body = seeing(api, flag, changed).await;
    api.post_json(&flag.address, &body.to_string()).await
}

fn problem(answer: &Answer, status: u16, kind: &str) -> Value {
    assert_eq!(answer.status.as_u16(), status, "{}", String::from_utf8_lossy(&answer.body));
    let body = answer.json();
    assert_eq!(body["type"], format!("/problems/{kind}"));
    body
}

/// A step, the day and what else it needs.
fn steps() -> Vec<(Value, &'static str)> {
    vec![
        (json!({ "step": "verified" }), "verified"),
        (
            json!({ "step": "determined", "decided_on": "2024-04-01", "conclusion": "underused",
                    "document_number": "某自然资认〔2024〕1 号", "document_dated": "2024-04-01" }),
            "determined",
        ),
        (json!({ "step": "appealed", "decided_on": "2024-04-20", "decided_by": "某企业" }), "under_appeal"),
        (json!({ "step": "appeal_dismissed", "decided_on": "2024-05-10", "document_number": "某复〔2024〕2 号" }), "determined"),
        (
            json!({ "step": "disposed", "decided_on": "2024-06-01", "disposal_kind": "upgrade",
                    "document_number": "某改〔2024〕3 号" }),
            "disposed",
        ),
        (json!({ "step": "closed", "decided_on": "2024-12-31", "document_number": "某销〔2024〕4 号" }), "closed"),
    ]
}

#[tokio::test]
async fn a_flag_goes_from_suspicion_to_its_end_only_by_decisions_and_keeps_each_of_them() {
    let api = Api::town().await;
    let flag = Flag::first(&api, "underused").await;
    let begun = api.json(&flag.address).await;
    assert_eq!((begun["state"].as_str(), begun["seen_sequence"].as_i64()), (Some("suspected"), Some(0)));
    assert_eq!(begun["determinations"], json!([]));
    assert_eq!(begun["finding"]["rule_id"], flag.rule_id);

    for (number, (step, state)) in (1..).zip(steps()) {
        let answer = decide(&api, &flag, step.clone()).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{step}: {}", String::from_utf8_lossy(&answer.body));
        let life = answer.json();
        assert_eq!((life["state"].as_str(), life["seen_sequence"].as_i64()), (Some(state), Some(number)), "{step}");
        assert_eq!(life, api.json(&flag.address).await, "what is answered is what is there");
    }

    let life = api.json(&flag.address).await;
    let recorded = life["determinations"].as_array().unwrap();
    assert_eq!(recorded.len(), 6);
    let determined = &recorded[1];
    assert_eq!(determined["step_label"], "认定");
    assert_eq!(determined["conclusion_label"], "用而未尽");
    assert_eq!(determined["document_number"], "某自然资认〔2024〕1 号");
    assert_eq!(determined["decided_by"], "某区自然资源所");
    assert_eq!(recorded[4]["disposal_label"], "改造提升");
    for row in recorded {
        let original = &row["original"];
        assert_eq!(original["outcome"], "unmet");
        assert_eq!(original["flag_label"], "用而未尽 · 疑似");
        assert_eq!(original["is_intact"], true);
        assert_eq!(original["finding_sha256"], life["seen_finding_sha256"]);
        assert!(!original["arithmetic"].as_array().unwrap().is_empty(), "the sum can be followed beside the decision");
    }
    assert!(life["remark"].as_str().unwrap().contains("已销号，最新评价仍标记"));
    let possible: Vec<&str> = life["possible_steps"].as_array().unwrap().iter().map(|s| s["step"].as_str().unwrap()).collect();
    assert_eq!(possible, ["reopened"]);
}

#[tokio::test]
async fn cards_lists_and_sums_show_where_a_flag_stands() {
    let api = Api::town().await;
    let flag = Flag::first(&api, "underused").await;
    let flags = api.json("/api/v1/findings?state=any").await["total"]["count"].as_i64().unwrap();
    assert!(flags > 1);
    assert_eq!(api.json("/api/v1/findings?state=suspected").await["total"]["count"], flags);
    for (step, _) in steps().into_iter().take(2) {
        assert_eq!(decide(&api, &flag, step).await.status, StatusCode::CREATED);
    }

    let listed = api.json("/api/v1/findings?state=determined").await;
    assert_eq!(listed["total"]["count"], 1);
    let item = &listed["items"][0];
    assert_eq!(item["subject"]["code"], flag.subject_code);
    assert_eq!((item["life"]["state_label"].as_str(), item["life"]["decisions"].as_i64()), (Some("已认定"), Some(2)));
    assert_eq!(item["life"]["decided_on"], "2024-04-01");
    assert_eq!(api.json("/api/v1/findings?state=suspected").await["total"]["count"], flags - 1);
    assert_eq!(api.json("/api/v1/findings?state=any").await["total"]["count"], flags);
    assert_eq!(api.json("/api/v1/findings?state=closed").await["items"], json!([]));
    assert_eq!(api.json("/api/v1/findings?state=determined&kind=supplied_not_used").await["total"]["count"], 0);
    let refused = api.get("/api/v1/findings?state=idle").await;
    assert!(problem(&refused, 400, "invalid-parameter")["detail"].as_str().unwrap().contains("under_appeal"));

    let card = api.json(&format!("/api/v1/parcels/{COUNTY}/P01")).await;
    assert_eq!((card["state"].as_str(), card["state_label"].as_str()), (Some("determined"), Some("已认定")));
    assert_eq!(card["kind_states"], json!({ "underused": "determined" }));
    assert_eq!(card["basis_title"], card["findings"][0]["title"]);
    assert_eq!(card["findings"][0]["life"]["state"], "determined");
    let unflagged = card["findings"].as_array().unwrap().iter().find(|finding| finding["flag"].is_null()).unwrap();
    assert_eq!(unflagged["life"], Value::Null, "what flags nothing has no life");
    let row = &api.json("/api/v1/parcels?kind=underused").await["items"][0];
    assert_eq!(row["state_label"], "已认定");

    let summary = api.json("/api/v1/summary").await;
    let count = |state: &str| {
        let states = summary["states"].as_array().unwrap();
        states.iter().find(|row| row["state"] == state).unwrap_or_else(|| panic!("{state}"))["count"].as_i64().unwrap()
    };
    assert_eq!((count("suspected"), count("determined"), count("closed")), (flags - 1, 1, 0));
    let elsewhere = api.json("/api/v1/summary?county=330481").await;
    assert_eq!(elsewhere["states"][3]["count"], 0);
}

#[tokio::test]
async fn a_step_out_of_order_is_refused_and_the_possible_ones_are_named() {
    let api = Api::town().await;
    let flag = Flag::first(&api, "underused").await;
    let determined = json!({ "step": "determined", "conclusion": "underused", "document_number": "某认〔2024〕1 号" });
    let refused = problem(&decide(&api, &flag, determined).await, 409, "step-not-possible");
    assert!(refused["detail"].as_str().unwrap().contains("核实属实、核实不属实"), "{refused}");
    problem(
        &decide(&api, &flag, json!({ "step": "closed", "document_number": "某销〔2024〕1 号" })).await,
        409,
        "step-not-possible",
    );
    assert_eq!(api.json(&flag.address).await["determinations"], json!([]));
}

#[tokio::test]
async fn of_two_who_decide_at_once_one_is_refused_and_told_what_the_other_did() {
    let api = Api::town().await;
    let flag = Flag::first(&api, "underused").await;
    let (one, two) = (
        seeing(&api, &flag, json!({ "decided_by": "甲所" })).await,
        seeing(&api, &flag, json!({ "step": "verified_not", "decided_by": "乙所" })).await,
    );
    let (one, two) = (one.to_string(), two.to_string());
    let (first, second) = tokio::join!(api.post_json(&flag.address, &one), api.post_json(&flag.address, &two));
    let (won, lost) = if first.status == StatusCode::CREATED { (first, second) } else { (second, first) };
    assert_eq!(won.status, StatusCode::CREATED);
    let lost = problem(&lost, 409, "determination-conflict");
    let winner = &won.json()["determinations"][0];
    assert_eq!(lost["meanwhile"], json!([winner]));
    assert_eq!(api.json(&flag.address).await["determinations"].as_array().unwrap().len(), 1);
    // Whoever comes later with the old number is refused the same way.
    problem(&api.post_json(&flag.address, &one).await, 409, "determination-conflict");
}

/// Another run with one finding only: that of the flag, with this outcome and flag; none when `outcome` is empty.
async fn rerun(api: &Api, flag: &Flag, outcome: &'static str, kind: Option<&'static str>) {
    let mut conn = api.city.connection().await;
    let run = run::current(&mut conn).await.unwrap().unwrap();
    let run_id = run::insert(&mut conn, &run.run).await.unwrap();
    if !outcome.is_empty() {
        let detail = json!({ "title": "又一次", "rule": flag.rule_id, "outcome": outcome }).to_string();
        let finding = NewFinding {
            division_code: COUNTY.into(),
            subject_kind: if flag.subject_kind == "supply" { "supply" } else { "parcel" },
            subject_code: flag.subject_code.clone(),
            rule_id: flag.rule_id.clone(),
            parcel_code: Some("P01".into()),
            force: "binding",
            outcome,
            flag: kind,
            flagged_area_m2: kind.map(|_| 1.0),
            detail: &detail,
            geom: None,
        };
        finding::insert(&mut conn, run_id, [&finding]).await.unwrap();
    }
    run::set_current(&mut conn, run_id).await.unwrap();
}

#[tokio::test]
async fn a_later_run_moves_nothing_and_is_shown_beside_what_people_decided() {
    let api = Api::town().await;
    let flag = Flag::first(&api, "underused").await;
    assert_eq!(decide(&api, &flag, json!({})).await.status, StatusCode::CREATED);
    let before = api.json(&flag.address).await;
    let original = before["determinations"][0]["original"].clone();

    rerun(&api, &flag, "met", None).await;
    let life = api.json(&flag.address).await;
    assert_eq!(life["state"], "verified");
    assert!(life["remark"].as_str().unwrap().contains("最新评价不再标记"));
    assert_eq!(life["is_original_changed"], true);
    assert_eq!(life["determinations"][0]["original"], original, "the original stays as it was");
    let standing = &api.json("/api/v1/findings?state=verified").await["items"][0]["life"];
    assert!(standing["remark"].as_str().unwrap().contains("最新评价不再标记"));
    let states = api.json("/api/v1/summary").await["states"].clone();
    assert_eq!((states[1]["count"].as_i64(), states[1]["no_longer_flagged"].as_i64()), (Some(1), Some(1)));

    rerun(&api, &flag, "", None).await;
    let life = api.json(&flag.address).await;
    assert_eq!((life["state"].as_str(), &life["finding"]), (Some("verified"), &Value::Null));
    assert!(life["remark"].as_str().unwrap().contains("没有这个对象或这条规则"));
    let lapsed = &api.json(&format!("/api/v1/parcels/{COUNTY}/P01")).await["lapsed"];
    assert_eq!((lapsed[0]["rule_id"].as_str(), lapsed[0]["life"]["state"].as_str()), (Some(&*flag.rule_id), Some("verified")));
    // What people began they can still bring to its end.
    let determined = json!({ "step": "determined", "conclusion": "underused", "document_number": "某认〔2024〕1 号" });
    assert_eq!(decide(&api, &flag, determined).await.status, StatusCode::CREATED);
    let life = api.json(&flag.address).await;
    assert_eq!(life["determinations"][1]["original"]["outcome"], Value::Null);
    assert_eq!(life["determinations"][1]["original"]["is_intact"], true);

    rerun(&api, &flag, "unmet", Some("underused")).await;
    assert_eq!(api.json(&flag.address).await["state"], "determined");
}

#[tokio::test]
async fn the_rows_of_every_state_are_as_many_as_its_total_and_its_sum_say() {
    let api = Api::town().await;
    let flag = Flag::first(&api, "underused").await;
    let agrees = async |expected: &str| {
        let summary = api.json("/api/v1/summary").await;
        let mut all = 0;
        for row in summary["states"].as_array().unwrap() {
            let state = row["state"].as_str().unwrap();
            let page = api.json(&format!("/api/v1/findings?limit=1000&state={state}")).await;
            let items = page["items"].as_array().unwrap();
            assert_eq!(page["total"]["count"], items.len(), "{expected}: {state}");
            assert_eq!(row["count"], items.len(), "{expected}: {state}");
            let area: f64 = items.iter().filter_map(|item| item["flagged_area_m2"].as_f64()).sum();
            assert!((page["total"]["area_m2"].as_f64().unwrap() - area).abs() < 1e-6, "{expected}: {state}");
            assert!((row["area_m2"].as_f64().unwrap() - area).abs() < 1e-6, "{expected}: {state}");
            assert!(items.iter().all(|item| item["life"]["state"] == state), "{expected}: {state}");
            let is_ours =
                items.iter().any(|item| item["subject"]["code"] == flag.subject_code && item["rule_id"] == flag.rule_id);
            assert_eq!(is_ours, state == expected, "{expected}: {state}");
            all += items.len();
        }
        let any = api.json("/api/v1/findings?limit=1000&state=any").await;
        assert_eq!((any["items"].as_array().unwrap().len(), &any["total"]["count"]), (all, &json!(all)), "{expected}");
    };
    agrees("suspected").await;
    for (step, state) in steps() {
        assert_eq!(decide(&api, &flag, step).await.status, StatusCode::CREATED);
        agrees(state).await;
    }
    rerun(&api, &flag, "met", None).await;
    agrees("closed").await;
    // Looked at again, and no longer flagged: still a suspicion that people began with.
    let reopened = json!({ "step": "reopened", "decided_on": "2025-01-01", "document_number": "某核〔2025〕1 号" });
    assert_eq!(decide(&api, &flag, reopened).await.status, StatusCode::CREATED);
    agrees("suspected").await;
}

#[tokio::test]
async fn a_decision_on_what_the_computation_no_longer_says_is_refused() {
    let api = Api::town().await;
    let flag = Flag::first(&api, "underused").await;
    let old = seeing(&api, &flag, json!({})).await;
    rerun(&api, &flag, "unmet", Some("underused")).await;
    problem(&api.post_json(&flag.address, &old.to_string()).await, 409, "finding-changed");
    rerun(&api, &flag, "met", None).await;
    problem(&decide(&api, &flag, json!({})).await, 409, "not-flagged");
}

#[tokio::test]
async fn every_fault_of_a_decision_is_told_with_its_place_and_remedy() {
    let api = Api::town().await;
    let flag = Flag::first(&api, "underused").await;
    let faults = async |changed: Value| {
        let refused = problem(&decide(&api, &flag, changed).await, 400, "faulty-determination");
        let faults = refused["errors"].as_array().unwrap().clone();
        assert!(faults.iter().all(|fault| fault["message"].is_string() && fault["remedy"].is_string()));
        faults.iter().map(|fault| fault["field"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(faults(json!({ "decided_by": " ", "reason": null })).await, ["decided_by", "reason"]);
    assert_eq!(faults(json!({ "decided_by": "局".repeat(201), "reason": "由".repeat(2001) })).await, ["decided_by", "reason"]);
    assert_eq!(faults(json!({ "decided_on": "9999-01-01" })).await, ["decided_on"]);
    assert_eq!(faults(json!({ "decided_on": "2024-13-01", "step": "认定" })).await, ["step", "decided_on"]);
    assert_eq!(faults(json!({ "conclusion": "idle_land", "disposal_kind": "upgrade" })).await, ["disposal_kind", "conclusion"]);
    assert_eq!(faults(json!({ "document_number": "号".repeat(201) })).await, ["document_number"]);
    assert_eq!(faults(json!({ "status": "closed" })).await, ["status"]);
    assert_eq!(decide(&api, &flag, json!({})).await.status, StatusCode::CREATED);
    let misfit = json!({ "step": "determined", "decided_on": "2024-02-29", "conclusion": "idle_land" });
    assert_eq!(faults(misfit).await, ["decided_on", "document_number", "conclusion"]);
}

#[tokio::test]
async fn only_json_from_our_own_page_or_a_program_is_recorded() {
    let api = Api::town().await;
    let flag = Flag::first(&api, "underused").await;
    let body = seeing(&api, &flag, json!({})).await.to_string();
    let send = async |headers: &[(HeaderName, &str)], body: &str| {
        let mut request = Request::post(&flag.address).header(header::HOST, "127.0.0.1:8080");
        for (name, value) in headers {
            request = request.header(name, *value);
        }
        api.send(request.body(Body::from(body.to_owned())).unwrap()).await
    };
    let as_json = (header::CONTENT_TYPE, "application/json");
    for foreign in ["http://evil.example", "null", "http://127.0.0.1:9090"] {
        let refused = send(&[as_json.clone(), (header::ORIGIN, foreign)], &body).await;
        problem(&refused, 403, "foreign-origin");
    }
    for media_type in ["text/plain", "application/x-www-form-urlencoded", "application/geo+json"] {
        problem(&send(&[(header::CONTENT_TYPE, media_type)], &body).await, 415, "unsupported-media-type");
    }
    problem(&send(&[], &body).await, 415, "unsupported-media-type");
    problem(&send(std::slice::from_ref(&as_json), "{\"step\": ").await, 400, "invalid-body");
    problem(&send(std::slice::from_ref(&as_json), "[]").await, 400, "faulty-determination");
    problem(&send(std::slice::from_ref(&as_json), &format!("\"{}\"", "x".repeat(64 * 1024))).await, 413, "body-too-large");
    assert_eq!(api.json(&flag.address).await["determinations"], json!([]));
    let own = [as_json, (header::ORIGIN, "http://127.0.0.1:8080")];
    assert_eq!(send(&own, &body).await.status, StatusCode::CREATED);
}

#[tokio::test]
async fn a_finding_that_is_none_is_not_found() {
    let api = Api::town().await;
    let flag = Flag::first(&api, "underused").await;
    let body = seeing(&api, &flag, json!({})).await.to_string();
    let (kind, code, rule) = (&flag.subject_kind, encoded(&flag.subject_code), &flag.rule_id);
    for address in [
        format!("/api/v1/findings/{COUNTY}/{kind}/{code}/no-such-rule/determinations"),
        format!("/api/v1/findings/{COUNTY}/{kind}/nobody/{rule}/determinations"),
        format!("/api/v1/findings/{COUNTY}/approval/{code}/{rule}/determinations"),
        format!("/api/v1/findings/{COUNTY}/proposal/{code}/{rule}/determinations"),
        format!("/api/v1/findings/330481/{kind}/{code}/{rule}/determinations"),
        format!("/api/v1/findings/33/{kind}/{code}/{rule}/determinations"),
        format!("/api/v1/findings/{COUNTY}/{kind}/{code}/%27;drop%20table%20run%00/determinations"),
    ] {
        problem(&api.get(&address).await, 404, "finding-not-found");
        problem(&api.post_json(&address, &body).await, 404, "finding-not-found");
    }
    problem(&api.get(&format!("{}?limit=1", flag.address)).await, 400, "unknown-parameter");
    let delete = Request::delete(&flag.address).body(Body::empty()).unwrap();
    problem(&api.send(delete).await, 405, "method-not-allowed");
    let unjudged = Api::empty().await;
    problem(&unjudged.get(&flag.address).await, 409, "no-run");
    problem(&unjudged.post_json(&flag.address, &body).await, 409, "no-run");
}

#[tokio::test]
async fn decisions_stored_in_an_impossible_order_are_not_passed_on_as_a_state() {
    let api = Api::town().await;
    let flag = Flag::first(&api, "underused").await;
    let forged = format!(
        "insert into determination (division_code, subject_kind, subject_code, rule_id, sequence, step, state_after, decided_by,
                                    decided_on, reason, document_number, run_id)
         select '{COUNTY}', '{}', '{}', '{}', 1, 'closed', 'closed', 'x', '2024-01-01', 'x', 'x', run_id from current_run",
        flag.subject_kind, flag.subject_code, flag.rule_id
    );
    api.city.pool.execute(sqlx::AssertSqlSafe(forged)).await.unwrap();
    problem(&api.get(&flag.address).await, 500, "internal");
}
