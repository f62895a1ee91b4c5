//! A file that a browser sends: received, tried, committed and shown, or thrown away; and everything that can stand in the way.

use axum::body::{Body, Bytes};
use axum::http::{Method, Request, StatusCode, header};
use futures::stream;
use mujun::register::RegisterKind;
use mujun::store::import::wait_for_writers;
use serde_json::{Value, json};

use super::seed::{Answer, Api, encoded};
use crate::support::{TestCity, reachable_folder, take};

const OCTETS: &str = "application/octet-stream";
/// A square of about a hundred metres in 南湖区, and one that shares its eastern half.
const SQUARES: [[f64; 2]; 2] = [[120.7500, 30.7500], [120.7505, 30.7500]];

/// Parcels in the columns of `parcels-standard`, as GeoJSON; the second has no code.
fn parcels(codes: &[&str]) -> String {
    let features: Vec<Value> = (0_u8..)
        .zip(codes)
        .map(|(number, code)| {
            let [west, south] = [SQUARES[0][0] + f64::from(number) * 0.002, SQUARES[0][1]];
            let (east, north) = (west + 0.001, south + 0.001);
            let ring = [[west, south], [east, south], [east, north], [west, north], [west, south]];
            json!({
                "type": "Feature", "properties": {"宗地代码": code},
                "geometry": {"type": "Polygon", "coordinates": [ring]},
            })
        })
        .collect();
    json!({"type": "FeatureCollection", "features": features}).to_string()
}

/// The city with its county boundaries and nothing else.
async fn city() -> Api {
    let api = Api::empty().await;
    divisions(&api.city).await;
    api
}

async fn divisions(city: &TestCity) {
    let folder = reachable_folder();
    let path = folder.path().join("divisions.geojson");
    std::fs::write(&path, mujun::sample::DIVISIONS_GEOJSON).unwrap();
    take(city, RegisterKind::Divisions, path, "divisions-standard").await;
}

fn octets(method: Method, address: &str, body: impl Into<Body>) -> Request<Body> {
    let request = Request::builder().method(method).uri(address).header(header::CONTENT_TYPE, OCTETS);
    request.header(header::HOST, "mujun.test").body(body.into()).unwrap()
}

async fn sent(api: &Api, name: &str, body: impl Into<Body>) -> Answer {
    api.send(octets(Method::POST, &format!("/api/v1/uploads?name={}", encoded(name)), body)).await
}

/// The address of an upload that was taken.
async fn upload(api: &Api, name: &str, body: impl Into<Body>) -> String {
    let answer = sent(api, name, body).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", String::from_utf8_lossy(&answer.body));
    let address = answer.header(header::LOCATION).to_owned();
    assert_eq!(address, format!("/api/v1/uploads/{}", answer.json()["id"].as_str().unwrap()));
    address
}

fn standard() -> Value {
    json!({"kind": "parcels", "mapping": {"name": "parcels-standard"}, "provider": "某区自然资源所", "observed_on": "2026-06-30"})
}

/// The job of an upload, once it has ended.
async fn ended(api: &Api, address: &str) -> Value {
    loop {
        let job = api.json(&format!("{address}/job")).await["job"].clone();
        if job["standing"] != "running" {
            return job;
        }
        assert!(job["step_label"].is_string(), "a running job says what it does: {job}");
        tokio::task::yield_now().await;
    }
}

async fn previewed(api: &Api, address: &str, decision: &Value) -> Value {
    let answer = api.post_json(&format!("{address}/preview"), &decision.to_string()).await;
    assert_eq!(answer.status, StatusCode::ACCEPTED, "{}", String::from_utf8_lossy(&answer.body));
    ended(api, address).await
}

async fn committed(api: &Api, address: &str, preview: &Value) -> Value {
    let answer = api.post_json(&format!("{address}/commit"), &json!({"preview": preview["number"]}).to_string()).await;
    assert_eq!(answer.status, StatusCode::ACCEPTED, "{}", String::from_utf8_lossy(&answer.body));
    ended(api, address).await
}

fn problem(answer: &Answer, status: u16, kind: &str) -> Value {
    let text = String::from_utf8_lossy(&answer.body);
    assert_eq!(answer.status.as_u16(), status, "{text}");
    let body = answer.json();
    assert_eq!(body["type"], format!("/problems/{kind}"), "{text}");
    let detail = body["detail"].as_str().unwrap();
    assert!(detail.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c)), "{detail}");
    assert!(!detail.contains("files/"), "where files lie is nobody's business: {detail}");
    body
}

async fn registered(api: &Api) -> i64 {
    sqlx::query_scalar("select count(*) from parcel").fetch_one(&api.city.pool).await.unwrap()
}

#[tokio::test]
async fn a_file_is_taken_tried_committed_judged_and_shown() {
    let api = city().await;
    let text = parcels(&["330402001001GB00001", ""]);
    let address = upload(&api, "宗地 2026.geojson", text.clone()).await;
    let received = api.json(&address).await;
    assert_eq!((received["state"].as_str(), received["bytes"].as_u64()), (Some("received"), Some(text.len() as u64)));
    assert_eq!(received["parts"][0]["name"], "宗地 2026.geojson");

    let preview = previewed(&api, &address, &standard()).await;
    assert_eq!(preview["standing"], "done", "{preview}");
    let report = &preview["report"];
    assert_eq!(report["rows"], json!({"read": 2, "new": 1, "changed": 0, "unchanged": 0, "quarantined": 1}));
    assert_eq!(report["ending"]["outcome"], "discarded");
    assert_eq!(report["source"]["sha256"], received["parts"][0]["sha256"], "the digest taken on the way is that of the file");
    assert_eq!(registered(&api).await, 0, "a preview records nothing");

    let issues = api.json(&format!("{address}/issues?severity=blocks_row")).await;
    assert_eq!(issues["total"]["count"], 1);
    let issue = &issues["items"][0];
    assert_eq!((issue["code"].as_str(), issue["row_number"].as_i64()), (Some("ING-001"), Some(2)));
    assert_eq!((issue["severity_label"].as_str(), issue["party_label"].as_str()), (Some("该行隔离"), Some("数据提供方")));
    assert!((issue["lon"].as_f64().unwrap() - 120.7525).abs() < 0.002 && issue["lat"].is_f64(), "{issue}");
    assert!(issues["counts"].as_array().unwrap().iter().any(|count| count["code"] == "ING-001" && count["count"] == 1));

    let commit = committed(&api, &address, &preview).await;
    assert_eq!((commit["standing"].as_str(), commit["task"].as_str()), (Some("done"), Some("commit")), "{commit}");
    assert_eq!(commit["report"]["rows"], report["rows"], "what was seen is what is done");
    assert_eq!(commit["report"]["ending"]["outcome"], "committed");
    assert!(commit["evaluation"]["run_id"].is_i64(), "{commit}");
    let listed = api.json("/api/v1/parcels").await;
    assert_eq!(listed["items"][0]["parcel_code"], "330402001001GB00001");
    let import_id = commit["report"]["ending"]["import_id"].as_i64().unwrap();
    let import = &api.json("/api/v1/imports").await["items"][0];
    assert_eq!((import["import_id"].as_i64(), import["provider"].as_str()), (Some(import_id), Some("某区自然资源所")));
    assert_eq!(import["observed_on"], "2026-06-30");
    let kept = api.json(&format!("/api/v1/imports/{import_id}/issues?code=ING-001&party=data_supplier")).await;
    assert_eq!((kept["total"]["count"].as_i64(), kept["items"][0]["row_number"].as_i64()), (Some(1), Some(2)));
    let other = api.json(&format!("/api/v1/imports/{import_id}/issues?severity=degrades")).await;
    assert_eq!((other["total"]["count"].as_i64(), &other["items"]), (Some(0), &json!([])));

    let again = api.post_json(&format!("{address}/commit"), &json!({"preview": 1}).to_string()).await;
    problem(&again, 409, "upload-committed");
    assert_eq!(api.json("/api/v1/uploads").await["items"][0]["state"], "committed");
}

#[tokio::test]
async fn a_file_is_looked_at_and_its_first_rows_are_shown_as_they_would_be_taken() {
    let api = city().await;
    let address = upload(&api, "宗地.geojson", parcels(&["330402001001GB00001", ""])).await;
    let seen = api.json(&format!("{address}/inspection")).await;
    assert_eq!(seen["columns"][0]["name"], "宗地代码");
    assert_eq!(seen["crs"]["verdict"], "in_city", "{}", seen["crs"]);
    let proposal = &seen["proposals"][0];
    assert_eq!((proposal["kind"].as_str(), proposal["missing_keys"].as_array().map(Vec::len)), (Some("parcels"), Some(0)));

    let decision = json!({"kind": "parcels", "mapping": {"toml": proposal["mapping_toml"]}});
    let answer = api.post_json(&format!("{address}/first-rows"), &decision.to_string()).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", String::from_utf8_lossy(&answer.body));
    let first = answer.json();
    let column = first["fields"].as_array().unwrap().iter().position(|field| field["field"] == "parcel_code").unwrap();
    assert_eq!(first["rows"][0]["cells"][column], json!({"raw": "330402001001GB00001", "read": "330402001001GB00001"}));
    assert_eq!((first["rows"][0]["is_kept"].as_bool(), first["rows"][1]["is_kept"].as_bool()), (Some(true), Some(false)));
    assert_eq!(first["rows"][1]["issues"][0]["code"], "ING-001");
    // The area of a thousandth of a degree squared at this latitude is about 1.06 ha.
    assert!((10_000.0..11_000.0).contains(&first["rows"][0]["ellipsoidal_area_m2"].as_f64().unwrap()), "{first}");

    let tried = previewed(&api, &address, &decision).await;
    assert_eq!(tried["report"]["rows"]["new"], 1, "a proposal from the page is what an import takes: {tried}");
    let unreadable = upload(&api, "宗地.gpkg", "not a database at all").await;
    problem(&api.get(&format!("{unreadable}/inspection")).await, 422, "unreadable-file");
    problem(&api.get(&format!("{address}/inspection?crs=EPSG:1")).await, 400, "invalid-parameter");
    problem(&api.get(&format!("{address}/inspection?kind=nothing")).await, 400, "invalid-parameter");

    // Where a fix does not fit, the explanation is the import's own, without the folder of the server.
    let plane = upload(&api, "平面.geojson", parcels(&["330402001001GB00001"])).await;
    let unfit = api.json(&format!("{plane}/inspection?fix=unscale-degrees&kind=zones")).await;
    let told = unfit["crs"]["explanation"].as_str().unwrap();
    assert!(told.contains("平面.geojson") && !told.contains('/'), "{told}");
    let asked: Vec<&Value> = unfit["proposals"].as_array().unwrap().iter().filter(|one| one["kind"] == "zones").collect();
    assert_eq!(asked.len(), 1, "the register that is asked for is proposed for: {unfit}");
    let other = json!({"kind": "parcels", "mapping": {"name": "sample-parcels"}});
    problem(&api.post_json(&format!("{address}/first-rows"), &other.to_string()).await, 422, "unreadable-file");
    assert_eq!(registered(&api).await, 0);
}

#[tokio::test]
async fn the_same_file_again_changes_nothing_and_says_so() {
    let api = city().await;
    let text = parcels(&["330402001001GB00001"]);
    for outcome in ["committed", "already_recorded"] {
        let address = upload(&api, "p.geojson", text.clone()).await;
        let preview = previewed(&api, &address, &standard()).await;
        let commit = committed(&api, &address, &preview).await;
        assert_eq!(commit["report"]["ending"]["outcome"], outcome, "{commit}");
    }
    assert_eq!(registered(&api).await, 1);
}

#[tokio::test]
async fn a_discarded_upload_leaves_nothing_in_the_folder_and_nothing_in_the_registers() {
    let api = city().await;
    let address = upload(&api, "p.geojson", parcels(&["330402001001GB00001"])).await;
    previewed(&api, &address, &standard()).await;
    let request = Request::delete(&address).header(header::HOST, "mujun.test").body(Body::empty()).unwrap();
    assert_eq!(api.send(request).await.status, StatusCode::NO_CONTENT);
    problem(&api.get(&address).await, 404, "upload-not-found");
    assert_eq!(std::fs::read_dir(api.uploads.path()).unwrap().count(), 0);
    assert_eq!(registered(&api).await, 0);
}

#[tokio::test]
async fn what_was_previewed_is_committed_only_on_registers_that_did_not_move() {
    let api = city().await;
    let first = upload(&api, "a.geojson", parcels(&["330402001001GB00001"])).await;
    let second = upload(&api, "b.geojson", parcels(&["330402001001GB00002"])).await;
    problem(&api.post_json(&format!("{first}/commit"), r#"{"preview": 1}"#).await, 409, "not-previewed");
    let (tried_first, tried_second) = (previewed(&api, &first, &standard()).await, previewed(&api, &second, &standard()).await);
    problem(&api.post_json(&format!("{first}/commit"), r#"{"preview": 7}"#).await, 409, "not-previewed");
    committed(&api, &second, &tried_second).await;
    let moved = api.post_json(&format!("{first}/commit"), &json!({"preview": tried_first["number"]}).to_string()).await;
    let moved = problem(&moved, 409, "registers-moved");
    assert!(moved["detail"].as_str().unwrap().contains("重新预演"));
    let tried_again = previewed(&api, &first, &standard()).await;
    assert!(tried_again["number"].as_i64() > tried_first["number"].as_i64());
    assert_eq!(committed(&api, &first, &tried_again).await["report"]["ending"]["outcome"], "committed");
    assert_eq!(registered(&api).await, 2);
}

#[tokio::test]
async fn a_preview_says_which_flags_would_appear_and_the_commit_brings_exactly_those() {
    let api = Api::town().await;
    let flags = async || api.json("/api/v1/findings?kind=supplied_not_used").await["total"]["count"].as_i64().unwrap();
    let before = flags().await;
    // The agreed start of P03 passed years ago; nothing else of the town falls due from one day to the next.
    let contract =
        "电子监管号,行政区代码,宗地代码,签订日期,约定开工日期,施工情况\nHT-1,330402,P03,2019-01-01,2020-01-01,未开工\n";
    let address = upload(&api, "合同.csv", contract).await;
    let decision = json!({"kind": "supplies", "mapping": {"name": "supplies-standard"}});
    let tried = previewed(&api, &address, &decision).await;
    let sums = tried["report"]["consequence"]["sums"].as_array().unwrap_or_else(|| panic!("{tried}"));
    let sum = sums.iter().find(|sum| sum["kind"] == "supplied_not_used").unwrap_or_else(|| panic!("{tried}"));
    assert_eq!((sum["division_code"].as_str(), sum["appeared"].as_i64()), (Some("330402"), Some(1)), "{sum}");
    assert_eq!(flags().await, before, "nothing of it is recorded");
    committed(&api, &address, &tried).await;
    assert_eq!(flags().await, before + 1);
}

#[tokio::test]
async fn jobs_asked_for_at_once_take_turns() {
    let api = city().await;
    let mut addresses = Vec::new();
    for name in ["a.geojson", "b.geojson", "c.geojson"] {
        addresses.push(upload(&api, name, parcels(&["330402001001GB00001"])).await);
    }
    // While another writer is at work no import gets on.
    let mut writer = api.city.pool.begin().await.unwrap();
    wait_for_writers(&mut writer).await.unwrap();
    for address in &addresses {
        let answer = api.post_json(&format!("{address}/preview"), &standard().to_string()).await;
        assert_eq!(answer.status, StatusCode::ACCEPTED);
        let twice = api.post_json(&format!("{address}/preview"), &standard().to_string()).await;
        problem(&twice, 409, "upload-busy");
    }
    // The job begins beside the answer: it is asked until it has found the others.
    while api.json(&format!("{}/job", addresses[2])).await["job"]["step"] != "waiting" {}
    assert_ne!(
        api.json(&format!("{}/job", addresses[0])).await["job"]["step"],
        "waiting",
        "no other import runs before the first"
    );
    writer.rollback().await.unwrap();
    for address in &addresses {
        assert_eq!(ended(&api, address).await["report"]["rows"]["new"], 1);
    }
}

#[tokio::test]
async fn a_file_that_cannot_be_read_says_why_in_chinese_and_can_be_thrown_away() {
    let api = city().await;
    let address = upload(&api, "宗地.gpkg", "not a database at all").await;
    let job = previewed(&api, &address, &standard()).await;
    assert_eq!(job["standing"], "failed");
    let message = job["fault"]["message"].as_str().unwrap();
    assert!(message.contains("宗地.gpkg") && message.contains("格式"), "{message}");
    assert!(!job.to_string().contains(&api.uploads.path().display().to_string()), "{job}");
    let commit = api.post_json(&format!("{address}/commit"), &json!({"preview": job["number"]}).to_string()).await;
    problem(&commit, 409, "not-previewed");
    let missing = upload(&api, "p.geojson", parcels(&["x"])).await;
    let job = previewed(&api, &missing, &json!({"kind": "parcels", "mapping": {"name": "sample-parcels"}})).await;
    assert!(job["fault"]["message"].as_str().unwrap().contains("ZDDM"), "{job}");
}

#[tokio::test]
async fn an_upload_survives_a_restart_and_a_job_that_died_says_so() {
    let api = city().await;
    let tried = upload(&api, "a.geojson", parcels(&["330402001001GB00001"])).await;
    let preview = previewed(&api, &tried, &standard()).await;
    let cut = upload(&api, "b.geojson", parcels(&["330402001001GB00002"])).await;
    let mut writer = api.city.pool.begin().await.unwrap();
    wait_for_writers(&mut writer).await.unwrap();
    api.post_json(&format!("{cut}/preview"), &standard().to_string()).await;
    let api = api.restarted();
    writer.rollback().await.unwrap();
    let died = api.json(&format!("{cut}/job")).await["job"].clone();
    assert_eq!(died["standing"], "interrupted", "{died}");
    assert_eq!(api.json(&cut).await["state"], "interrupted");
    assert_eq!(previewed(&api, &cut, &standard()).await["standing"], "done");
    assert_eq!(committed(&api, &tried, &preview).await["report"]["ending"]["outcome"], "committed");
}

#[tokio::test]
async fn the_parts_of_a_loose_shapefile_come_one_by_one() {
    let api = city().await;
    let address = upload(&api, "宗地.shp", "1").await;
    let put = |name: &str| octets(Method::PUT, &format!("{address}/parts/{}", encoded(name)), "1");
    assert_eq!(api.send(put("宗地.dbf")).await.status, StatusCode::OK);
    let answer = api.send(put("宗地.shx")).await.json();
    assert_eq!(answer["parts"].as_array().unwrap().len(), 3);
    assert_eq!(answer["file_name"], "宗地.shp");
    problem(&api.send(put("建筑.shp")).await, 409, "file-not-part");
    problem(&api.send(put("../建筑.shp")).await, 400, "file-name");
}

#[tokio::test]
async fn what_another_site_or_a_broken_line_sends_is_not_kept() {
    let api = city().await;
    let mut foreign = octets(Method::POST, "/api/v1/uploads?name=a.csv", "1");
    foreign.headers_mut().insert(header::ORIGIN, "http://evil.example".parse().unwrap());
    problem(&api.send(foreign).await, 403, "foreign-origin");
    let mut form = octets(Method::POST, "/api/v1/uploads?name=a.csv", "1");
    form.headers_mut().insert(header::CONTENT_TYPE, "text/plain".parse().unwrap());
    problem(&api.send(form).await, 415, "unsupported-media-type");
    let mut long = octets(Method::POST, "/api/v1/uploads?name=a.csv", "1");
    long.headers_mut().insert(header::CONTENT_LENGTH, (5_u64 << 30).into());
    problem(&api.send(long).await, 413, "file-too-large");
    let broken = stream::iter([Ok(Bytes::from_static(b"12")), Err(std::io::Error::from(std::io::ErrorKind::ConnectionReset))]);
    problem(&sent(&api, "a.csv", Body::from_stream(broken)).await, 400, "upload-cut-short");
    problem(&sent(&api, "a.csv", "").await, 400, "file-empty");
    problem(&sent(&api, "../a.csv", "1").await, 400, "file-name");
    problem(&api.send(octets(Method::POST, "/api/v1/uploads", "1")).await, 400, "invalid-parameter");
    assert_eq!(std::fs::read_dir(api.uploads.path()).map_or(0, Iterator::count), 0);

    let address = upload(&api, "a.geojson", parcels(&["330402001001GB00001"])).await;
    for (method, address) in [
        (Method::DELETE, address.clone()),
        (Method::POST, format!("{address}/preview")),
        (Method::POST, format!("{address}/commit")),
        (Method::PUT, format!("{address}/parts/a.geojson")),
    ] {
        let mut request = octets(method, &address, "{}");
        request.headers_mut().insert("sec-fetch-site", "cross-site".parse().unwrap());
        problem(&api.send(request).await, 403, "foreign-origin");
    }
    for address in ["/api/v1/uploads/..%2F..%2Fetc", &format!("/api/v1/uploads/{}", "0".repeat(32))] {
        problem(&api.get(address).await, 404, "upload-not-found");
    }
}

#[tokio::test]
async fn a_decision_with_faults_is_refused_part_by_part() {
    let api = city().await;
    let address = upload(&api, "a.geojson", parcels(&["330402001001GB00001"])).await;
    let decision = json!({"kind": "parcels", "mapping": {"name": "/etc/passwd"}, "observed_on": "昨天", "colour": 1});
    let answer = api.post_json(&format!("{address}/preview"), &decision.to_string()).await;
    let faults = problem(&answer, 422, "faulty-decision")["errors"].clone();
    let fields: Vec<&str> = faults.as_array().unwrap().iter().map(|fault| fault["field"].as_str().unwrap()).collect();
    assert_eq!(fields, ["colour", "mapping", "observed_on"]);
    problem(&api.get(&format!("{address}/issues")).await, 409, "not-previewed");
}
