//! The lists: filters, orders, pages by key, totals that agree with their rows.

use std::collections::BTreeSet;

use serde_json::Value;
use sqlx::Row;

use super::seed::{Api, HOSTILE, OTHER_COUNTY, PARCELS, encoded};
use crate::town::COUNTY;

/// Every item of a list, page by page.
async fn walk(api: &Api, address: &str) -> Vec<Value> {
    let mut items = Vec::new();
    let mut next = String::new();
    loop {
        let page = api.json(&format!("{address}{next}")).await;
        items.extend(page["items"].as_array().unwrap().iter().cloned());
        assert!(items.len() < 10_000, "{address} does not end");
        match page["next"].as_str() {
            Some(mark) => next = format!("&cursor={mark}"),
            None => return items,
        }
    }
}

fn codes(items: &[Value]) -> Vec<String> {
    items
        .iter()
        .map(|item| format!("{}/{}", item["division_code"].as_str().unwrap(), item["parcel_code"].as_str().unwrap()))
        .collect()
}

#[tokio::test]
async fn walking_by_cursor_gives_every_parcel_exactly_once_in_every_order() {
    let api = Api::town().await;
    for order in ["-area", "area", "plot_ratio", "-plot_ratio", "code"] {
        let items = walk(&api, &format!("/api/v1/parcels?limit=7&sort={order}")).await;
        let codes = codes(&items);
        assert_eq!(codes.len(), PARCELS, "{order}");
        assert_eq!(codes.iter().collect::<BTreeSet<_>>().len(), PARCELS, "{order}");
        let field = order.trim_start_matches('-').replace("area", "site_area_m2");
        let values: Vec<f64> = items.iter().filter_map(|item| item[&field].as_f64()).collect();
        let ordered = if order.starts_with('-') {
            values.windows(2).all(|w| w[0] >= w[1])
        } else {
            values.windows(2).all(|w| w[0] <= w[1])
        };
        assert!(ordered, "{order}: {values:?}");
    }
}

#[tokio::test]
async fn parcels_without_a_value_come_last_in_both_directions() {
    let api = Api::town().await;
    for order in ["plot_ratio", "-plot_ratio"] {
        let items = walk(&api, &format!("/api/v1/parcels?limit=9&sort={order}")).await;
        let known: Vec<bool> = items.iter().map(|item| item["plot_ratio"].is_number()).collect();
        assert!(known.windows(2).all(|pair| pair[0] || !pair[1]), "{order}: {known:?}");
    }
}

#[tokio::test]
async fn filters_narrow_the_list_and_its_total_alike() {
    let api = Api::town().await;
    for (query, expected) in [
        (String::new(), PARCELS),
        (format!("county={COUNTY}"), 31),
        (format!("county={OTHER_COUNTY}"), 6),
        ("county=330411".to_owned(), 0),
        ("kind=underused".to_owned(), 1),
        ("kind=supplied_not_used".to_owned(), 1),
        ("q=p0".to_owned(), 9),
        (format!("q={}", encoded("100%有限")), 1),
        (format!("q={}", encoded("示例路")), 1),
        ("q=%25".to_owned(), 1),
        ("q=_".to_owned(), 0),
    ] {
        let page = api.json(&format!("/api/v1/parcels?limit=1000&{query}")).await;
        let items = page["items"].as_array().unwrap();
        assert_eq!(items.len(), expected, "{query}");
        assert_eq!(page["total"]["count"], expected, "{query}");
        let area: f64 = items.iter().map(|item| item["site_area_m2"].as_f64().unwrap()).sum();
        assert!((page["total"]["area_m2"].as_f64().unwrap() - area).abs() < 1e-6, "{query}");
        let mu = page["total"]["area_mu"].as_f64().unwrap();
        assert!((mu - area * 3.0 / 2000.0).abs() < 1e-9, "{query}");
    }
}

#[tokio::test]
async fn a_box_finds_what_lies_in_it_and_nothing_else() {
    let api = Api::town().await;
    let p1 = api.json(&format!("/api/v1/parcels/{COUNTY}/P01")).await;
    let bbox: Vec<f64> = p1["bbox"].as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect();
    let text = bbox.iter().map(f64::to_string).collect::<Vec<_>>().join(",");
    let found = api.json(&format!("/api/v1/parcels?bbox={text}")).await;
    assert_eq!(codes(found["items"].as_array().unwrap()), [format!("{COUNTY}/P01")]);
    let around_the_world = api.json("/api/v1/parcels?bbox=170,30,-170,31").await;
    assert_eq!(around_the_world["total"]["count"], 0);
    // West of east reversed: from Japan round the world to the west of our city and on to its east.
    let round = api.json("/api/v1/parcels?bbox=130,20,125,40&limit=1").await;
    assert_eq!(round["total"]["count"], PARCELS);
}

#[tokio::test]
async fn text_that_looks_like_sql_is_only_text() {
    let api = Api::town().await;
    for value in ["' or 1=1 --", "'; drop table parcel; --", "\\", "$1", "%27%20union%20select", "{{7*7}}"] {
        let found = api.json(&format!("/api/v1/parcels?q={}", encoded(value))).await;
        let expected = i32::from(HOSTILE.contains(value));
        assert_eq!(found["total"]["count"], expected, "{value}");
    }
    let card = api.json(&format!("/api/v1/parcels/{COUNTY}/{}", encoded(HOSTILE))).await;
    assert_eq!(card["parcel_code"], HOSTILE);
    for address in ["findings?rule=", "findings?limit=5&rule="] {
        let found = api.json(&format!("/api/v1/{address}{}", encoded("x' or 'a'='a"))).await;
        assert_eq!(found["total"]["count"], 0);
    }
    let left: i64 = sqlx::query("select count(*) from parcel").fetch_one(&api.city.pool).await.unwrap().get(0);
    assert_eq!(left, PARCELS as i64);
}

#[tokio::test]
async fn the_summary_counts_what_the_lists_list() {
    let api = Api::town().await;
    let summary = api.json("/api/v1/summary").await;
    assert_eq!(summary["totals"]["parcels"], PARCELS);
    assert_eq!(summary["scope"]["data_label"], "示例数据（合成）");
    let kinds = summary["kinds"].as_array().unwrap();
    let words: Vec<&str> = kinds.iter().map(|kind| kind["kind"].as_str().unwrap()).collect();
    assert_eq!(words, ["approved_not_supplied", "supplied_not_used", "underused"]);
    for kind in kinds {
        let word = kind["kind"].as_str().unwrap();
        let list = api.json(&format!("/api/v1/findings?kind={word}&limit=1000")).await;
        assert_eq!(list["total"]["count"], kind["count"], "{word}");
        assert_eq!(list["items"].as_array().unwrap().len() as u64, kind["count"].as_u64().unwrap(), "{word}");
        assert_eq!(list["total"]["area_m2"], kind["area_m2"], "{word}");
        assert!(kind["count"].as_u64().unwrap() > 0, "{word}: the town has one of each");
        let parcels = api.json(&format!("/api/v1/parcels?kind={word}")).await;
        assert_eq!(parcels["total"]["count"], kind["parcels"], "{word}");
    }
    let open = api.json("/api/v1/parcels?outcome=undetermined").await;
    assert_eq!(open["total"]["count"], summary["undetermined"]["parcels"]);
    let counties = summary["counties"].as_array().unwrap();
    assert_eq!(counties.iter().map(|county| county["parcels"].as_u64().unwrap()).sum::<u64>(), PARCELS as u64);
    let supplies = summary["layers"].as_array().unwrap().iter().find(|layer| layer["id"] == "supplies").unwrap();
    assert_eq!((supplies["count"].as_u64(), supplies["without_geometry"].as_u64()), (Some(3), Some(2)));
    let one = api.json(&format!("/api/v1/summary?county={OTHER_COUNTY}")).await;
    assert_eq!(one["totals"]["parcels"], 6);
}

#[tokio::test]
async fn findings_are_walked_once_each_and_say_where_they_are() {
    let api = Api::town().await;
    let items = walk(&api, "/api/v1/findings?limit=10").await;
    let total = api.json("/api/v1/findings?limit=1").await["total"]["count"].as_u64().unwrap();
    assert_eq!(items.len() as u64, total);
    let keys: BTreeSet<String> =
        items.iter().map(|item| format!("{}|{}|{}", item["division_code"], item["subject"], item["rule_id"])).collect();
    assert_eq!(keys.len(), items.len());
    for item in items.iter().filter(|item| item["subject"]["kind"] == "parcel") {
        assert!(item["label_lon"].is_number() && item["label_lat"].is_number(), "{item}");
    }
}

#[tokio::test]
async fn contracts_without_geometry_are_kept_and_listed() {
    let api = Api::town().await;
    let all = walk(&api, "/api/v1/supplies?limit=2").await;
    assert_eq!(all.len(), 3);
    let without = api.json("/api/v1/supplies?without_geometry=true").await;
    let codes: Vec<&str> =
        without["items"].as_array().unwrap().iter().map(|item| item["supply_code"].as_str().unwrap()).collect();
    assert_eq!(codes, ["S1", "S3-无图形"]);
    assert_eq!(without["total"]["count"], 2);
}

#[tokio::test]
async fn an_approval_shows_what_is_left_of_it() {
    let api = Api::town().await;
    let approvals = walk(&api, "/api/v1/approvals?limit=1").await;
    assert_eq!(approvals.len(), 2);
    let one = api.json(&format!("/api/v1/approvals/{COUNTY}/{}", encoded("浙土字〔2020〕1号"))).await;
    let leftover = one["leftover"]["area_m2"].as_f64().unwrap();
    // 100 × 200 m approved, 100 × 100 m supplied; the ellipsoid is 0.0127 % smaller than this plane.
    assert!((leftover / 10_000.0 - 1.0).abs() < 1e-3, "{leftover}");
    assert_eq!(one["geometry"]["type"], "MultiPolygon");
    assert!(one["leftover_geometry"]["coordinates"].is_array());
    assert_eq!(one["findings"][0]["rule_id"], "approved-not-supplied");
    let undrawn = api.json(&format!("/api/v1/approvals/{COUNTY}/{}", encoded("浙土字〔2021〕2号"))).await;
    assert!(undrawn["geometry"].is_null());
}

#[tokio::test]
async fn the_target_counts_ground_once_and_its_bridge_adds_up() {
    let api = Api::town().await;
    let target = api.json("/api/v1/target").await;
    let steps: Vec<f64> = target["bridge"].as_array().unwrap().iter().map(|step| step["area_m2"].as_f64().unwrap()).collect();
    let (credited, parts) = steps.split_last().unwrap();
    assert!((parts.iter().sum::<f64>() - credited).abs() < 0.01, "{steps:?}");
    // Two squares of 100 m that share half: 15 000 m² of ground.
    assert!((credited / 15_000.0 - 1.0).abs() < 1e-3, "{credited}");
    assert_eq!(target["target"]["counted_event_label"], "验收");
    assert_eq!(target["conflicts"].as_array().unwrap().len(), 1);
    let projects = walk(&api, "/api/v1/projects?limit=2").await;
    assert_eq!(projects.len(), 3);
    let sum: f64 = projects.iter().map(|project| project["credited_m2"].as_f64().unwrap()).sum();
    assert!((sum - credited).abs() < 0.01);
    assert_eq!(projects[0]["stage_label"], "验收");
    let one = api.json("/api/v1/projects?county=330402&code=X2").await;
    assert_eq!((one["total"]["count"].as_i64(), one["items"][0]["project_code"].as_str()), (Some(1), Some("X2")));
    assert!(projects[2]["stage"].is_null() && projects[2]["ground_area_m2"].is_null());
}

#[tokio::test]
async fn imports_are_listed_with_their_label() {
    let api = Api::town().await;
    let imports = api.json("/api/v1/imports").await;
    let items = imports["items"].as_array().unwrap();
    assert_eq!(items.len(), 9);
    assert!(items.iter().all(|item| item["data_label"] == "示例数据（合成）" && item["kind_label"].is_string()));
    let id = items[0]["import_id"].as_i64().unwrap();
    let issues = api.json(&format!("/api/v1/imports/{id}/issues")).await;
    assert_eq!(issues["total"]["count"], 0);
}

#[tokio::test]
async fn a_finding_that_does_not_apply_still_says_everything_in_words() {
    let api = Api::town().await;
    let page = api.json("/api/v1/findings?limit=5&outcome=not_applicable").await;
    let items = page["items"].as_array().unwrap();
    assert!(!items.is_empty());
    for item in items {
        assert_eq!(item["outcome_label"], "不适用");
        assert!(["强制", "指导", "参考"].contains(&item["force_label"].as_str().unwrap()), "{item}");
        assert!(item["title"].is_string() && item["condition"]["label"].is_string(), "{item}");
        assert_eq!((item["notes"].as_array().map(Vec::len), &item["stage"]), (Some(0), &Value::Null));
    }
}
