//! The card and the file of one parcel, and the check of a proposal: evidence that can be followed by hand.

use std::collections::BTreeMap;

use axum::http::{StatusCode, header};
use serde_json::value::RawValue;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::seed::Api;
use crate::town::COUNTY;

fn finding<'a>(card: &'a Value, rule: &str) -> &'a Value {
    card["findings"].as_array().unwrap().iter().find(|finding| finding["rule_id"] == rule).unwrap_or_else(|| panic!("no {rule}"))
}

#[tokio::test]
async fn the_card_says_why_a_parcel_is_flagged() {
    let api = Api::town().await;
    let card = api.json(&format!("/api/v1/parcels/{COUNTY}/P01")).await;
    assert_eq!(card["kinds"], json!(["underused"]));
    assert_eq!(card["basis"], "far-below-contract");
    assert_eq!(card["findings"][0]["rule_id"], "far-below-contract", "what flags the parcel comes first");
    assert_eq!((card["state"].as_str(), card["state_label"].as_str()), (Some("suspected"), Some("疑似")));
    assert_eq!(card["buildings"].as_array().unwrap().len(), 1);
    let floor = card["buildings"][0]["counting_floor_area_m2"].as_f64().unwrap();
    assert!((floor / 4_000.0 - 1.0).abs() < 1e-3, "2 storeys of 2 000 m²: {floor}");
    assert!((floor - card["measures"]["counting_floor_area_m2"].as_f64().unwrap()).abs() < 0.01, "the parts add up to the whole");
    assert_eq!(card["provenance"]["file_name"], "town-parcels.gpkg");
    assert_eq!(card["provenance"]["source_row"], 1);
    assert_eq!(card["provenance"]["data_label"], "示例数据（合成）");
    assert_eq!(card["supplies"][0]["supply_code"], "S1");
    // Zone Z1 ends 5 m short of the parcel's far edge of 250 m: 45 % and 55 %.
    let shares: Vec<f64> = card["zones"].as_array().unwrap().iter().map(|zone| zone["share"].as_f64().unwrap()).collect();
    assert!((shares.iter().sum::<f64>() - 1.0).abs() < 1e-6 && (shares[0] - 0.55).abs() < 1e-3, "{shares:?}");

    let why = finding(&card, "far-below-contract");
    assert_eq!(why["outcome"], "unmet");
    assert_eq!(why["outcome_label"], "不通过");
    assert_eq!(why["flag_label"], "用而未尽 · 疑似");
    assert!((why["measured"]["value"].as_f64().unwrap() - 0.4).abs() < 1e-3);
    assert_eq!(why["threshold"]["text"], "≥ 1.2");
    assert!(why["arithmetic"].as_array().unwrap().len() >= 2);
    assert!(why["clearance"].as_array().unwrap().iter().all(Value::is_string), "{}", why["clearance"]);
    assert!(why["citation"]["clause"].is_string() && why["citation"]["document_title"].is_string());
    for input in why["inputs"].as_array().unwrap() {
        assert!(input["text"].is_string() && input["source"]["register"].is_string(), "{input}");
    }
    // A rule that came to no comparison still names its clause.
    let undecided = card["findings"].as_array().unwrap().iter().find(|finding| finding["threshold"].is_null()).unwrap();
    assert!(undecided["citation"]["document_title"].is_string(), "{undecided}");
}

#[tokio::test]
async fn the_file_of_a_parcel_can_be_verified() {
    let api = Api::town().await;
    let answer = api.get(&format!("/api/v1/parcels/{COUNTY}/P01/geojson")).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.header(header::CONTENT_TYPE), "application/geo+json");
    assert_eq!(answer.header(header::CONTENT_DISPOSITION), "attachment; filename=\"parcel-330402-P01.geojson\"");
    let file = answer.json();
    // The members as they stand in the file, in the order of their names: no number need be read to verify it.
    let members: BTreeMap<String, &RawValue> = serde_json::from_slice(&answer.body).unwrap();
    let named = |name: &str| format!("\"{name}\":{}", members[name].get());
    let text = format!("{{{}}}", ["geometry", "id", "properties", "type"].map(named).join(","));
    let digest: String = Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(file["digest"]["value"], digest);
    assert_eq!(file["scope"]["as_of"], "2026-06-30");
    assert_eq!(file["scope"]["data_label"], "示例数据（合成）");
    assert_eq!(file["count"], 1);
    assert!(file["properties"].as_object().unwrap().keys().all(|key| key.is_ascii()));
}

#[tokio::test]
async fn a_proposal_is_judged_by_the_same_rules_before_any_run() {
    let api = Api::empty().await;
    let proposal = json!({
        "name": "示例方案", "crs": "EPSG:4549",
        "land": { "type": "Polygon", "coordinates": [[[571800.0, 3403400.0], [571900.0, 3403400.0], [571900.0, 3403500.0], [571800.0, 3403500.0], [571800.0, 3403400.0]]] },
        "buildings": [{ "name": "1#", "storeys": 1, "storey_height_m": 5.0,
            "footprint": { "type": "Polygon", "coordinates": [[[571810.0, 3403410.0], [571890.0, 3403410.0], [571890.0, 3403490.0], [571810.0, 3403490.0], [571810.0, 3403410.0]]] } }],
        "flags": { "upgrade_approved": true, "general_purpose_factory": true, "conforms_to_plan": true },
    });
    let answer = api.post_json("/api/v1/proposals/check", &proposal.to_string()).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", String::from_utf8_lossy(&answer.body));
    let check = answer.json();
    assert!((check["measures"]["building_density"].as_f64().unwrap() - 0.64).abs() < 1e-6);
    assert_eq!((check["verdict"].as_str(), check["verdict_label"].as_str()), (Some("unmet"), Some("不通过")));
    let density = finding(&check, "density-cap-of-upgrades");
    assert_eq!(density["outcome"], "unmet");
    assert_eq!(density["subject"]["kind"], "proposal");
    assert!(finding(&check, "far-floor-of-upgrades-table")["missing"].as_array().is_some_and(|missing| !missing.is_empty()));
    assert!(check["scope"].is_null());
}
