//! OGC API Features Part 1, as its test suite asks: links, conformance, parameters, pages, and the description.

use std::collections::BTreeSet;

use axum::http::{StatusCode, header};
use gdal::Dataset;
use gdal::vector::LayerAccess;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use super::seed::{Api, HOSTILE, PARCELS, encoded};
use crate::town::COUNTY;

fn links<'a>(value: &'a Value, rel: &str) -> Vec<&'a str> {
    let all = value["links"].as_array().unwrap();
    all.iter().filter(|link| link["rel"] == rel).map(|link| link["href"].as_str().unwrap()).collect()
}

fn path(href: &str) -> String {
    href.strip_prefix("http://mujun.test").unwrap_or_else(|| panic!("{href} is not under our address")).to_owned()
}

#[tokio::test]
async fn the_landing_page_leads_everywhere() {
    let api = Api::town().await;
    let page = api.get_with("/", header::ACCEPT, "application/json").await;
    assert_eq!(page.header(header::VARY), "accept");
    let landing = api.json("/?f=json").await;
    for rel in ["self", "service-desc", "conformance", "data"] {
        let targets = links(&landing, rel);
        assert_eq!(targets.len(), 1, "{rel}");
        assert_eq!(api.get(&path(targets[0])).await.status, StatusCode::OK, "{rel}");
    }
    let conformance = api.json("/conformance").await;
    let core = "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core";
    assert!(conformance["conformsTo"].as_array().unwrap().iter().any(|class| class == core));
}

#[tokio::test]
async fn a_proxy_shows_in_the_links() {
    let api = Api::empty().await;
    let answer = api.get_with("/?f=json", "x-forwarded-host".parse().unwrap(), "tudi.example.cn").await;
    assert!(links(&answer.json(), "data")[0].starts_with("http://tudi.example.cn/"));
}

#[tokio::test]
async fn collections_describe_themselves_and_are_labelled_synthetic() {
    let api = Api::town().await;
    let collections = api.json("/collections").await;
    let all = collections["collections"].as_array().unwrap();
    let ids: Vec<&str> = all.iter().map(|collection| collection["id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["parcels", "findings", "projects", "divisions"]);
    for collection in all {
        let id = collection["id"].as_str().unwrap();
        assert_eq!(&api.json(&format!("/collections/{id}")).await, collection);
        assert!(collection["description"].as_str().unwrap().contains("示例数据（合成）"));
        assert_eq!(collection["extent"]["spatial"]["bbox"][0].as_array().unwrap().len(), 4);
        let items = links(collection, "items");
        let answer = api.get(&path(items[0])).await;
        assert_eq!(answer.header(header::CONTENT_TYPE), "application/geo+json", "{id}");
    }
}

async fn walk(api: &Api, address: &str) -> Vec<Value> {
    let mut features = Vec::new();
    let mut next = Some(address.to_owned());
    while let Some(address) = next {
        let page = api.json(&address).await;
        assert_eq!(page["type"], "FeatureCollection");
        assert!(page["timeStamp"].as_str().unwrap().ends_with('Z'));
        assert_eq!(links(&page, "self").len(), 1);
        let here = page["features"].as_array().unwrap();
        assert_eq!(page["numberReturned"].as_u64().unwrap(), here.len() as u64);
        features.extend(here.iter().cloned());
        next = links(&page, "next").first().map(|href| path(href));
        assert!(features.len() < 10_000, "{address} does not end");
    }
    features
}

#[tokio::test]
async fn following_next_gives_every_feature_once() {
    let api = Api::town().await;
    for (collection, expected) in [("parcels", PARCELS), ("projects", 3), ("divisions", 2)] {
        let features = walk(&api, &format!("/collections/{collection}/items?limit=2")).await;
        let ids: BTreeSet<&str> = features.iter().map(|feature| feature["id"].as_str().unwrap()).collect();
        assert_eq!((features.len(), ids.len()), (expected, expected), "{collection}");
    }
    let findings = walk(&api, "/collections/findings/items?limit=1").await;
    let listed: u64 =
        api.json("/api/v1/summary").await["kinds"].as_array().unwrap().iter().map(|kind| kind["count"].as_u64().unwrap()).sum();
    assert_eq!(findings.len() as u64, listed);
    let filtered = walk(&api, &format!("/collections/parcels/items?limit=7&county={COUNTY}&bbox=120,30,122,32")).await;
    assert_eq!(filtered.len(), 31, "a next link keeps the filters");
}

#[tokio::test]
async fn pages_by_offset_cut_the_same_list() {
    let api = Api::town().await;
    let all = api.json("/collections/parcels/items?limit=10000").await;
    let page = api.json("/collections/parcels/items?limit=5&offset=10").await;
    assert_eq!(page["features"].as_array().unwrap()[..], all["features"].as_array().unwrap()[10..15]);
    let beyond = api.json("/collections/parcels/items?offset=1000").await;
    assert_eq!(beyond["numberReturned"], 0);
    let capped = api.json("/collections/parcels/items?limit=999999999").await;
    assert_eq!(capped["numberReturned"], PARCELS);
}

#[tokio::test]
async fn boxes_days_and_properties_filter() {
    let api = Api::town().await;
    for (query, expected) in [
        ("bbox=120,30,122,32", PARCELS),
        ("bbox=120,30,-10,122,32,10", PARCELS),
        ("bbox=0,0,1,1", 0),
        ("bbox=-180,85,180,90", 0),
        ("bbox=177,30,-177,32", 0),
        ("datetime=2026-06-30", PARCELS),
        ("datetime=../2026-06-29", 0),
        ("datetime=2026-06-30T00:00:00Z/..", PARCELS),
        ("kind=underused", 1),
    ] {
        let page = api.json(&format!("/collections/parcels/items?{query}")).await;
        assert_eq!(page["numberReturned"], expected, "{query}");
    }
    // A project without geometry answers every box.
    let page = api.json("/collections/projects/items?bbox=0,0,1,1").await;
    assert_eq!(page["features"][0]["properties"]["project_code"], "X3");
    assert!(page["features"][0]["geometry"].is_null());
}

#[tokio::test]
async fn a_feature_can_be_fetched_by_its_id_whatever_its_name() {
    let api = Api::town().await;
    for feature in walk(&api, "/collections/parcels/items?limit=100").await {
        let id = feature["id"].as_str().unwrap();
        let alone = api.json(&format!("/collections/parcels/items/{}", encoded(id))).await;
        assert_eq!(alone["properties"], feature["properties"]);
        assert_eq!(alone["geometry"], feature["geometry"]);
        assert_eq!(links(&alone, "collection").len(), 1);
    }
    let hostile = api.json(&format!("/collections/parcels/items/{}", encoded(&format!("{COUNTY}.{HOSTILE}")))).await;
    assert_eq!(hostile["properties"]["parcel_code"], HOSTILE);
    let finding = &walk(&api, "/collections/findings/items").await[0];
    let alone = api.json(&format!("/collections/findings/items/{}", encoded(finding["id"].as_str().unwrap()))).await;
    assert_eq!(alone["id"], finding["id"]);
}

#[tokio::test]
async fn rings_turn_to_the_right_hand_and_coordinates_have_nine_decimals() {
    let api = Api::town().await;
    for feature in walk(&api, "/collections/parcels/items").await {
        for polygon in feature["geometry"]["coordinates"].as_array().unwrap() {
            let ring: Vec<(f64, f64)> = polygon[0]
                .as_array()
                .unwrap()
                .iter()
                .map(|point| (point[0].as_f64().unwrap(), point[1].as_f64().unwrap()))
                .collect();
            let doubled: f64 = ring.windows(2).map(|w| w[0].0 * w[1].1 - w[1].0 * w[0].1).sum();
            assert!(doubled > 0.0, "exterior rings are counter-clockwise");
            assert!(ring.iter().all(|(lon, lat)| (119.0..123.0).contains(lon) && (29.0..32.0).contains(lat)), "longitude first");
        }
        assert!(feature["properties"].as_object().unwrap().keys().all(|key| key.is_ascii()));
        assert!(feature["geometry"].get("crs").is_none());
    }
    let text = String::from_utf8(api.get("/collections/parcels/items").await.body).unwrap();
    let decimals =
        text.split(|c: char| !(c.is_ascii_digit() || c == '.')).filter_map(|n| n.strip_prefix("120.")).map(str::len).max();
    assert!(decimals.unwrap() <= 9, "{decimals:?}");
}

#[tokio::test]
async fn the_description_knows_every_address_and_defines_its_parameters() {
    let api = Api::empty().await;
    let answer = api.get("/api").await;
    assert_eq!(answer.header(header::CONTENT_TYPE), "application/vnd.oai.openapi+json;version=3.0");
    let document = answer.json();
    assert_eq!(document["openapi"], "3.0.3");
    assert_eq!(document["servers"][0]["url"], "http://mujun.test");
    let source = std::fs::read_to_string(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/serve.rs")).unwrap();
    let routed: BTreeSet<&str> =
        source.split('"').filter(|text| text.starts_with('/') && !text.contains(' ') && !text.starts_with("/assets")).collect();
    let described: BTreeSet<String> = document["paths"]
        .as_object()
        .unwrap()
        .keys()
        .map(|path| {
            ["parcels", "findings", "projects", "divisions"].iter().fold(path.clone(), |path, collection| {
                path.replace(&format!("/collections/{collection}"), "/collections/{collection}")
            })
        })
        .collect();
    assert_eq!(routed.into_iter().map(str::to_owned).collect::<BTreeSet<_>>(), described);
    // GDAL takes its page size from here.
    let parameters = document["paths"]["/collections/parcels/items"]["get"]["parameters"].as_array().unwrap();
    assert!(parameters.iter().any(|parameter| parameter["$ref"] == "#/components/parameters/limit"));
    let bbox = &document["components"]["parameters"]["bbox"];
    assert_eq!((bbox["style"].as_str(), bbox["explode"].as_bool()), (Some("form"), Some(false)));
    let limit = &document["components"]["parameters"]["limit"]["schema"];
    assert_eq!((limit["minimum"].as_u64(), limit["maximum"].as_u64()), (Some(1), Some(10_000)));
}

#[tokio::test]
async fn a_reader_of_pages_is_led_to_the_application() {
    let api = Api::town().await;
    let answer = api.get("/collections/parcels/items?f=html").await;
    assert_eq!((answer.status, answer.header(header::LOCATION)), (StatusCode::SEE_OTHER, "/"));
}

#[tokio::test(flavor = "multi_thread")]
async fn gdal_reads_every_feature_and_the_server_stops_when_asked() {
    let api = Api::town().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let server = tokio::spawn(mujun::serve::run(listener, api.state.clone(), async {
        stopped.await.unwrap();
    }));
    let (layers, ids) = tokio::task::spawn_blocking(move || {
        let dataset = Dataset::open(format!("OAPIF:http://{address}")).unwrap();
        let layers: Vec<String> = dataset.layers().map(|layer| layer.name()).collect();
        let mut parcels = dataset.layer_by_name("parcels").unwrap();
        let id = parcels.defn().field_index("id").unwrap();
        let ids: BTreeSet<String> = parcels.features().map(|feature| feature.field_as_string(id).unwrap().unwrap()).collect();
        (layers, ids)
    })
    .await
    .unwrap();
    assert_eq!(layers, ["parcels", "findings", "projects", "divisions"]);
    assert_eq!(ids.len(), PARCELS);
    assert!(ids.contains(&format!("{COUNTY}.{HOSTILE}")));
    stop.send(()).unwrap();
    server.await.unwrap().unwrap();
}
