//! Every verdict of the sample city, worked out again by a script that shares no code with the program (`tests/recompute`).

use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::Arc;

use mujun::app::evaluation::{Activation, EvaluationRequest, evaluate_city};
use mujun::app::proposal;
use mujun::register::RegisterKind;
use mujun::sample::{self, DIVISIONS_GEOJSON, SampleOptions};
use serde_json::{Value, json};

use crate::support::{TestCity, take};
use crate::town::day;

const AS_OF: &str = "2026-06-30";

/// The sample city, imported as an office would import it, and judged.
async fn judged_sample(parcels: usize) -> TestCity {
    let (city, folder) = (TestCity::new().await, tempfile::tempdir().unwrap());
    let divisions = folder.path().join("divisions.geojson");
    std::fs::write(&divisions, DIVISIONS_GEOJSON).unwrap();
    take(&city, RegisterKind::Divisions, divisions, "divisions-standard").await;
    let options = SampleOptions { parcels, seed: 7, as_of: day(AS_OF) };
    for file in sample::write(folder.path(), &options, &mut |_| {}).unwrap().files {
        take(&city, file.kind.parse().unwrap(), folder.path().join(&file.path), &file.mapping).await;
    }
    let request = EvaluationRequest {
        as_of: day(AS_OF),
        known_at: None,
        now: "2026-07-01T00:00:00Z".parse().unwrap(),
        activation: Activation::Activate,
    };
    evaluate_city(&city.pool, Arc::new(mujun::app::rulebook::load(None).unwrap()), request).await.unwrap();
    city
}

/// One line a finding, as the script reads them.
async fn findings(city: &TestCity) -> Vec<Value> {
    let sql =
        "select json_build_object('subject_kind', subject_kind, 'subject_code', subject_code, 'division_code', division_code,
        'outcome', outcome, 'as_of', as_of, 'detail', detail)
        from finding join run using (run_id) order by division_code, subject_kind, subject_code, rule_id";
    sqlx::query_scalar(sql).fetch_all(&city.pool).await.unwrap()
}

/// A proposal of 9 800 m² of floor on 10 000 m²: it misses the general half of the floor.
pub fn proposal() -> Value {
    let square = |side: f64| {
        let (x, y) = (571_815.0, 3_403_497.0);
        json!({"type": "Polygon", "coordinates": [[[x, y], [x + side, y], [x + side, y + side], [x, y + side], [x, y]]]})
    };
    json!({
        "name": "示例方案", "crs": "EPSG:4549", "land": square(100.0),
        "buildings": [{"name": "1号", "footprint": square(70.0), "storeys": 2, "storey_height_m": 4.0}],
        "flags": {"upgrade_approved": true, "general_purpose_factory": true, "conforms_to_plan": true}
    })
}

/// Findings that are in no run, one of them left to discretion.
fn proposal_findings() -> Vec<Value> {
    let check = proposal::check(&mujun::app::rulebook::load(None).unwrap(), &proposal(), day(AS_OF)).unwrap();
    let line = |detail: Value| {
        json!({"subject_kind": "proposal", "subject_code": "示例方案", "division_code": "", "as_of": AS_OF,
            "outcome": detail["outcome"], "detail": detail})
    };
    check.evaluation.findings.values().map(|finding| line(serde_json::to_value(finding).unwrap())).collect()
}

fn recompute(lines: &[Value]) -> Output {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/recompute/recompute.py");
    let mut child = Command::new("python3")
        .arg(script)
        .env("PYTHONIOENCODING", "utf-8")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
    let writer = std::thread::spawn(move || input.write_all(text.as_bytes()));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    output
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// The first finding of that rule with that outcome, with one value replaced.
fn tampered(lines: &[Value], rule: &str, outcome: &str, pointer: &str, value: Value) -> Vec<Value> {
    let found = lines.iter().find(|line| line["detail"]["rule"] == rule && line["outcome"] == outcome);
    let mut line = found.unwrap_or_else(|| panic!("no {rule} that is {outcome}")).clone();
    let place = line.pointer_mut(pointer).unwrap_or_else(|| panic!("{rule} has no {pointer}"));
    assert_ne!(*place, value, "{rule} {pointer}");
    *place = value;
    vec![line]
}

#[tokio::test]
async fn every_verdict_of_the_sample_city_is_recomputed_from_what_it_shows() {
    let city = judged_sample(300).await;
    let mut lines = findings(&city).await;
    assert!(lines.len() > 1_000, "only {} findings", lines.len());
    lines.extend(proposal_findings());
    let output = recompute(&lines);
    assert!(output.status.success(), "{}", said(&output));
    let report = said(&output);
    for checked in [
        "approved-not-supplied unmet:",
        "construction-overdue unmet:",
        "construction-overdue met:",
        "far-below-contract unmet:",
        "far-below-plan-condition unmet:",
        "far-below-national-table discretion:",
        "construction-stopped-area met:",
        "construction-stopped-investment unmet:",
        "construction-stopped-area not_applicable:",
        "tax-above-scale discretion:",
        "tax-below-scale discretion:",
        "tax-above-scale met:",
        "built-share undetermined:",
        "far-benchmark unmet:",
        "far-floor-of-upgrades-general discretion:",
        "far-floor-of-upgrades-table undetermined:",
        "density-cap-of-upgrades not_applicable:",
        &format!("{} findings recomputed, 0 do not agree", lines.len()),
    ] {
        assert!(report.contains(checked), "“{checked}” is not in:\n{report}");
    }

    let result = "/detail/result";
    for (rule, outcome, pointer, value) in [
        ("approved-not-supplied", "unmet", "/measured/value", json!(1.0)),
        ("approved-not-supplied", "unmet", "/inputs/0/value", json!(1.0)),
        ("construction-overdue", "unmet", "/measured/value", json!(1)),
        ("construction-overdue", "unmet", "/inputs/0/value", json!("2020-01-01")),
        ("construction-overdue", "met", "/verdict", json!("unmet")),
        ("far-below-contract", "unmet", "/threshold/value", json!(0.01)),
        ("far-benchmark", "unmet", "/inputs/1/value", json!(1.0)),
        ("density-cap-of-upgrades", "not_applicable", "/condition/input/value", json!(true)),
    ] {
        let output = recompute(&tampered(&lines, rule, outcome, &format!("{result}{pointer}"), value));
        assert_eq!(output.status.code(), Some(1), "{rule} {pointer}: {}", said(&output));
        assert!(said(&output).contains("MISMATCH"), "{}", said(&output));
    }
}

#[test]
fn a_value_that_was_tampered_with_is_found() {
    let lines = proposal_findings();
    assert!(recompute(&lines).status.success(), "{}", said(&recompute(&lines)));
    let general = "far-floor-of-upgrades-general";
    for (rule, outcome, pointer, value) in [
        (general, "discretion", "/detail/result/measured/value", json!(1.0)),
        (general, "discretion", "/detail/result/inputs/0/value", json!(15_000.0)),
        (general, "discretion", "/detail/result/threshold/derived_from/value/value", json!(0.9)),
        (general, "discretion", "/detail/result/margin/value", json!(0.0)),
        (general, "discretion", "/detail/force", json!("binding")),
        (general, "discretion", "/detail/outcome", json!("met")),
        (general, "discretion", "/outcome", json!("met")),
        (general, "discretion", "/as_of", json!("2023-03-29")),
        ("density-cap-of-upgrades", "met", "/detail/result/verdict", json!("unmet")),
        ("density-cap-of-upgrades", "met", "/detail/flagged", json!(true)),
        ("far-floor-of-upgrades-table", "undetermined", "/detail/result/missing", json!([])),
        ("far-floor-of-upgrades-table", "undetermined", "/detail/outcome", json!("met")),
    ] {
        let output = recompute(&tampered(&lines, rule, outcome, pointer, value));
        assert_eq!(output.status.code(), Some(1), "{rule} {pointer}: {}", said(&output));
        assert!(said(&output).contains(&format!("MISMATCH  proposal 示例方案 {rule}")), "{}", said(&output));
    }
}

#[test]
fn nothing_to_check_is_not_a_success() {
    assert_eq!(recompute(&[]).status.code(), Some(1));
}
