//! The city in memory: it says what the database says, whatever happened to it since, and only what changed looks changed.

use std::collections::{BTreeMap, BTreeSet};

use axum::http::{StatusCode, header};
use mujun::app::evaluation::{Activation, EvaluationRequest, evaluate_city};
use mujun::cluster::Cluster;
use mujun::register::{BuildingRecord, ParcelRecord, RegisterKind};
use mujun::store::{building, import, parcel};
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use sqlx::{Acquire, Executor, Row};

use super::mvt::decode;
use super::seed::{Answer, Api, Mapped, encoded, file, rulebook, the_town};
use super::tiles::tile_at;
use crate::cluster::kill_all_of;
use crate::support::{TestCity, reachable_folder};
use crate::town::{COUNTY, day, ground, rectangle};

pub const ALL: &str = "parcels,leftovers,buildings,zones,projects,supplies,findings,approvals,divisions";

/// The addresses of all tiles of a zoom that the parcels touch, and those around them.
pub async fn addresses(api: &Api, zoom: u32) -> Vec<(u32, u32, u32)> {
    let extent =
        sqlx::query("select st_xmin(e), st_ymin(e), st_xmax(e), st_ymax(e) from (select st_extent(geom)::box2d e from parcel) x")
            .fetch_one(&api.city.pool)
            .await
            .unwrap();
    let (west, south) = tile_at(zoom, extent.get(0), extent.get(1));
    let (east, north) = tile_at(zoom, extent.get(2), extent.get(3));
    (west - 1..=east + 1).flat_map(|x| (north - 1..=south + 1).map(move |y| (zoom, x, y))).collect()
}

fn same(memory: &Answer, database: &Answer, address: &str) {
    assert_eq!(memory.header("x-tile-source"), "memory", "{address}");
    assert_eq!(database.header("x-tile-source"), "database", "{address}");
    assert_eq!(memory.status, database.status, "{address}");
    assert_eq!(memory.header(header::ETAG), database.header(header::ETAG), "{address}");
    assert!(memory.body == database.body, "{address}: {:?}\n{:?}", decode(&memory.body), decode(&database.body));
}

/// Every tile of some zooms from memory is the tile that is made of what the database holds.
async fn same_everywhere(api: &Api, mapped: &Mapped, zooms: &[u32]) {
    mapped.caught_up(api).await;
    for zoom in zooms {
        for (z, x, y) in addresses(api, *zoom).await {
            let address = format!("/tiles/{ALL}/{z}/{x}/{y}");
            same(&mapped.get(&address).await, &api.get(&address).await, &address);
        }
    }
}

/// Records rows as one file.
macro_rules! record {
    ($api:expr, $kind:ident, $register:ident, $records:expr, $name:expr) => {{
        let mut conn = $api.city.connection().await;
        let mut tx = conn.begin().await.unwrap();
        let rows: Vec<_> = (1..).zip($records).collect();
        let mut new = file(RegisterKind::$kind, rows.len());
        new.file_sha256 = format!("{:0>64}", $name);
        let id = import::insert(&mut tx, &new).await.unwrap();
        let appended = $register::append_versions(&mut tx, id, &rows).await.unwrap();
        import::complete(&mut tx, id, &appended).await.unwrap();
        import::record_revision(&mut tx, Some(id), "导入").await.unwrap();
        tx.commit().await.unwrap();
    }};
}

fn moved(parcel: &ParcelRecord, x: f64, y: f64, side: f64) -> ParcelRecord {
    ParcelRecord { ground: ground(rectangle(x, y, side, side)), ..parcel.clone() }
}

async fn evaluate(api: &Api, as_of: &str) {
    let request = EvaluationRequest {
        as_of: day(as_of),
        known_at: None,
        now: "2026-07-01T00:00:00Z".parse().unwrap(),
        activation: Activation::Activate,
    };
    evaluate_city(&api.city.pool, rulebook(), request).await.unwrap();
}

#[tokio::test]
async fn memory_says_what_the_database_says_after_whatever_happens() {
    let api = Api::town().await;
    let mapped = api.in_memory().await;
    same_everywhere(&api, &mapped, &[8, 11, 13, 15]).await;
    let town = the_town();
    let parcels: Vec<ParcelRecord> = town.parcels.iter().map(|version| version.record.clone()).collect();
    let buildings: Vec<BuildingRecord> = town.buildings.iter().map(|version| version.record.clone()).collect();
    let mut dice = ChaCha8Rng::seed_from_u64(20_260_630);
    for step in 0..12 {
        match dice.random_range(0..6) {
            0 => {
                let chosen = parcels.choose(&mut dice).unwrap();
                let (x, y) = (dice.random_range(0.0..4_000.0), dice.random_range(0.0..400.0));
                record!(&api, Parcels, parcel, [moved(chosen, x, y, dice.random_range(20.0..120.0))], format!("a{step}"));
            }
            1 => {
                let new = ParcelRecord { parcel_code: format!("N{step}"), ..moved(&parcels[0], 500.0, 600.0, 70.0) };
                record!(&api, Parcels, parcel, [new], format!("b{step}"));
            }
            2 => {
                let x = dice.random_range(0.0..4_000.0);
                let new = BuildingRecord {
                    building_code: format!("N{step}"),
                    ground: ground(rectangle(x, 20.0, 30.0, 30.0)),
                    ..buildings[0].clone()
                };
                record!(&api, Buildings, building, [new], format!("c{step}"));
            }
            3 => evaluate(&api, if step % 2 == 0 { "2026-06-30" } else { "2023-06-30" }).await,
            4 => {
                // Whoever listens loses the connection, and what lands meanwhile is not heard of.
                sqlx::query("select pg_terminate_backend(pid) from pg_stat_activity where query ilike 'listen %' and datname = current_database()")
                    .execute(&api.city.pool)
                    .await
                    .unwrap();
                let chosen = parcels.choose(&mut dice).unwrap();
                record!(&api, Parcels, parcel, [moved(chosen, 1_000.0, 700.0, 60.0)], format!("d{step}"));
            }
            _ => {
                // By hand, dated as the hand pleased, and announced to nobody.
                let code = &parcels.choose(&mut dice).unwrap().parcel_code;
                sqlx::query("update parcel set documentary_area_m2 = 777 where parcel_code = $1 and upper_inf(recorded)")
                    .bind(code)
                    .execute(&api.city.pool)
                    .await
                    .unwrap();
                api.city.pool.execute("insert into revision (cause) values ('更正')").await.unwrap();
            }
        }
        same_everywhere(&api, &mapped, &[12, 15]).await;
    }
    // A program that starts now sees the same as the one that followed.
    let restarted = api.in_memory().await;
    for (z, x, y) in addresses(&api, 14).await {
        let address = format!("/tiles/{ALL}/{z}/{x}/{y}");
        let (one, other) = (mapped.get(&address).await, restarted.get(&address).await);
        assert!(one.body == other.body && one.header(header::ETAG) == other.header(header::ETAG), "{address}");
    }
}

#[tokio::test]
async fn a_database_that_dies_and_comes_back_is_followed_again() {
    let folder = reachable_folder();
    let cluster = Cluster::open(folder.path()).unwrap();
    let api = Api::judged_on(TestCity::on(&cluster).await, &the_town()).await;
    let mapped = api.in_memory().await;
    let parcels: Vec<ParcelRecord> = the_town().parcels.iter().map(|version| version.record.clone()).collect();
    // What is shown everywhere: the tags, and the revision that the tiles name.
    async fn shown(mapped: &Mapped, tiles: &[(u32, u32, u32)]) -> (Vec<String>, BTreeSet<String>) {
        let (mut tags, mut revisions) = (Vec::new(), BTreeSet::new());
        for (z, x, y) in tiles {
            let answer = mapped.get(&format!("/tiles/parcels/{z}/{x}/{y}")).await;
            tags.push(answer.header(header::ETAG).to_owned());
            revisions.insert(answer.header("x-tile-revision").to_owned());
        }
        (tags, revisions)
    }
    let tiles = addresses(&api, 14).await;
    let before = shown(&mapped, &tiles).await;
    kill_all_of(&cluster);
    drop(cluster);
    assert_eq!(shown(&mapped, &tiles).await, before, "without a database tiles are what they were");
    let cluster = Cluster::open(folder.path()).unwrap();
    record!(&api, Parcels, parcel, [moved(&parcels[0], 150.0, 80.0, 90.0)], "f1");
    same_everywhere(&api, &mapped, &[9, 12, 14]).await;
    let after = shown(&mapped, &tiles).await;
    assert!(after.0 != before.0 && after.1 != before.1 && after.1.len() == 1, "{:?} {:?}", before.1, after.1);
    cluster.stop().unwrap();
}

#[tokio::test]
async fn a_parameter_that_no_layer_can_answer_is_named_with_those_that_can() {
    let api = Api::empty().await;
    let answer = api.get("/tiles/parcels,zones/12/3422/1678?state=verified").await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    let detail = answer.json()["detail"].as_str().unwrap().to_owned();
    let expected = "图层 parcels、zones 没有可按参数 state 筛选的内容；能用它的图层是 leftovers、findings。";
    assert!(detail.starts_with(expected), "{detail}");
}

#[tokio::test]
async fn a_decision_shows_on_the_findings_it_is_about() {
    let api = Api::town().await;
    let mapped = api.in_memory().await;
    let (x, y) = tile_at(12, 120.7535, 30.752);
    let address = format!("/tiles/findings/12/{x}/{y}?state=verified");
    assert_eq!(mapped.get(&address).await.status, StatusCode::NO_CONTENT);
    let listed = api.json("/api/v1/findings?kind=underused").await;
    let finding = &listed["items"][0];
    let of = |value: &serde_json::Value| encoded(value.as_str().unwrap());
    let path = format!(
        "/api/v1/findings/{}/{}/{}/{}/determinations",
        of(&finding["division_code"]),
        of(&finding["subject"]["kind"]),
        of(&finding["subject"]["code"]),
        of(&finding["rule_id"])
    );
    let life = api.json(&path).await;
    let decision = serde_json::json!({
        "seen_sequence": life["seen_sequence"], "seen_finding_sha256": life["seen_finding_sha256"],
        "step": "verified", "decided_by": "某区自然资源所", "decided_on": "2024-03-01", "reason": "现场查看",
    });
    let posted = api.post_json(&path, &decision.to_string()).await;
    assert!(posted.status.is_success(), "{}", String::from_utf8_lossy(&posted.body));
    mapped.caught_up(&api).await;
    let shown = decode(&mapped.get(&address).await.body);
    assert_eq!(shown["findings"].len() + shown.get("findings_tiny").map_or(0, Vec::len), 1, "{shown:?}");
    same_everywhere(&api, &mapped, &[12]).await;
}

#[tokio::test]
async fn a_tile_shows_what_lies_in_its_box_with_what_the_register_says() {
    let api = Api::town().await;
    let mapped = api.in_memory().await;
    let mut seen = BTreeSet::new();
    for zoom in [14, 16] {
        for (z, x, y) in addresses(&api, zoom).await {
            let mut tile = decode(&mapped.get(&format!("/tiles/parcels/{z}/{x}/{y}")).await.body);
            let drawn = tile.remove("parcels").unwrap_or_default();
            let expected: BTreeMap<u64, (String, String, f64, Option<f64>)> = sqlx::query(
                "select id, parcel_code, kind, area_mu, plot_ratio from display_parcel
                 where st_intersects(st_transform(geom, 3857), st_tileenvelope($1, $2, $3, margin => 64.0 / 4096))",
            )
            .bind(z as i32)
            .bind(x as i32)
            .bind(y as i32)
            .fetch_all(&api.city.pool)
            .await
            .unwrap()
            .into_iter()
            .map(|row| (row.get::<i64, _>(0) as u64, (row.get(1), row.get(2), row.get(3), row.get(4))))
            .collect();
            let ids: BTreeSet<u64> = drawn.iter().map(|feature| feature.id).collect();
            assert_eq!(ids, expected.keys().copied().collect(), "{z}/{x}/{y}");
            for feature in drawn {
                let (code, kind, area_mu, plot_ratio) = &expected[&feature.id];
                assert_eq!((&feature.properties["parcel_code"], &feature.properties["kind"]), (code, kind));
                assert_eq!(feature.properties["area_mu"].parse::<f64>().unwrap(), *area_mu);
                assert_eq!(feature.properties.get("plot_ratio").map(|value| value.parse::<f64>().unwrap()), *plot_ratio);
                seen.insert(feature.id);
            }
        }
    }
    assert_eq!(seen.len(), super::seed::PARCELS);
}

#[tokio::test]
async fn an_edit_changes_the_tags_of_the_tiles_that_show_it_and_of_no_other() {
    let api = Api::town().await;
    let mapped = api.in_memory().await;
    let parcel = the_town().parcels[4].record.clone();
    let mut before = BTreeMap::new();
    for zoom in [10, 13, 16] {
        for (z, x, y) in addresses(&api, zoom).await {
            let address = format!("/tiles/parcels,buildings/{z}/{x}/{y}");
            before.insert((z, x, y), mapped.get(&address).await.header(header::ETAG).to_owned());
        }
    }
    // The same outline, another area on paper: only what is said of it changes.
    record!(&api, Parcels, parcel, [ParcelRecord { documentary_area_m2: Some(12_345.0), ..parcel.clone() }], "e1");
    mapped.caught_up(&api).await;
    let mut changed = 0;
    for ((z, x, y), tag) in before {
        let address = format!("/tiles/parcels,buildings/{z}/{x}/{y}");
        let shows: bool = sqlx::query_scalar(
            "select exists (select from display_parcel where parcel_code = $4
             and st_transform(geom, 3857) && st_tileenvelope($1, $2, $3, margin => 64.0 / 4096))",
        )
        .bind(z as i32)
        .bind(x as i32)
        .bind(y as i32)
        .bind(&parcel.parcel_code)
        .fetch_one(&api.city.pool)
        .await
        .unwrap();
        let again = mapped.get_with(&address, header::IF_NONE_MATCH, &tag).await;
        if shows {
            // The version has another number, so that its tiles differ at every zoom.
            assert_eq!(again.status, StatusCode::OK, "{address}");
            changed += 1;
        } else {
            assert_eq!(again.status, StatusCode::NOT_MODIFIED, "{address}");
        }
    }
    assert!(changed >= 3);
}

#[tokio::test]
async fn filters_leave_what_the_database_leaves() {
    let api = Api::town().await;
    let mapped = api.in_memory().await;
    let (x, y) = tile_at(10, 120.7535, 30.752);
    for (layer, query, condition) in [
        ("parcels", format!("county={COUNTY}"), format!("division_code = '{COUNTY}'")),
        ("parcels", "kind=underused".into(), "'underused' = any (string_to_array(kinds, ','))".into()),
        ("parcels", "kind=supplied_not_used".into(), "kinds like '%supplied_not_used%'".into()),
        ("leftovers", "kind=approved_not_supplied".into(), "true".into()),
        ("leftovers", "kind=underused".into(), "false".into()),
        ("findings", "state=suspected".into(), "state = 'suspected'".into()),
        ("approvals", "plan_year=2020".into(), "plan_year = 2020".into()),
        ("projects", "plan_year=2024".into(), "plan_year = 2024".into()),
        ("parcels", format!("filter={}", encoded("plot_ratio < 0.5")), "plot_ratio < 0.5".into()),
        ("parcels", format!("filter={}", encoded("NOT plot_ratio < 0.5")), "not plot_ratio < 0.5".into()),
        (
            "parcels",
            format!("filter={}", encoded("plot_ratio IS NULL OR area_mu BETWEEN 1 AND 5")),
            "plot_ratio is null or area_mu between 1 and 5".into(),
        ),
        (
            "parcels",
            format!("filter={}", encoded("parcel_code LIKE 'P0_' AND kind <> 'underused'")),
            "parcel_code like 'P0_' and kind <> 'underused'".into(),
        ),
        (
            "parcels",
            format!("filter={}", encoded("parcel_code IN ('P01', 'P02', 'Q1')")),
            "parcel_code in ('P01', 'P02', 'Q1')".into(),
        ),
        ("zones", format!("filter={}", encoded("is_industrial = TRUE")), "is_industrial".into()),
    ] {
        let address = format!("/tiles/{layer}/10/{x}/{y}?{query}");
        let (memory, database) = (mapped.get(&address).await, api.get(&address).await);
        same(&memory, &database, &address);
        let tile = decode(&memory.body);
        let ids: BTreeSet<u64> = [layer.to_owned(), format!("{layer}_tiny")]
            .iter()
            .filter_map(|name| tile.get(name))
            .flatten()
            .map(|feature| feature.id)
            .collect();
        let view = format!("display_{}", layer.trim_end_matches('s'));
        let expected: Vec<i64> = sqlx::query_scalar(sqlx::AssertSqlSafe(format!("select id from {view} where {condition}")))
            .fetch_all(&api.city.pool)
            .await
            .unwrap();
        assert_eq!(ids, expected.into_iter().map(|id| id as u64).collect(), "{address}");
    }
}

#[tokio::test]
async fn columns_are_told_as_asked() {
    let api = Api::town().await;
    let mapped = api.in_memory().await;
    let (x, y) = tile_at(14, 120.7535, 30.752);
    let tile = decode(&mapped.get(&format!("/tiles/parcels,zones/14/{x}/{y}?properties=kind,zone_code")).await.body);
    let keys = |layer: &str| tile[layer][0].properties.keys().map(String::as_str).collect::<Vec<_>>();
    assert_eq!((keys("parcels"), keys("zones")), (vec!["kind"], vec!["zone_code"]));
}

#[tokio::test]
async fn another_run_is_coloured_from_the_database_and_says_so() {
    let api = Api::town().await;
    let first = api.json("/api/v1/scope").await["run_id"].as_i64().unwrap();
    evaluate(&api, "2019-06-30").await;
    let mapped = api.in_memory().await;
    let (x, y) = tile_at(12, 120.7535, 30.752);
    let current = mapped.get(&format!("/tiles/findings/12/{x}/{y}")).await;
    let earlier = mapped.get(&format!("/tiles/findings/12/{x}/{y}?run={first}")).await;
    assert_eq!((current.header("x-tile-source"), earlier.header("x-tile-source")), ("memory", "database"));
    assert_eq!(earlier.header("x-tile-run"), first.to_string());
    assert!(current.body != earlier.body, "nothing was due in 2019");
    let nearest = mapped.get(&format!("/tiles/findings/12/{x}/{y}?as_of=2026-05-01")).await;
    assert_eq!((nearest.header("x-tile-run"), &nearest.body), (first.to_string().as_str(), &earlier.body));
    assert_eq!(mapped.get(&format!("/tiles/findings/12/{x}/{y}?run=999")).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn what_is_no_tile_is_refused() {
    let api = Api::town().await;
    let mapped = api.in_memory().await;
    for (address, status) in [
        ("/tiles/parcels/30/0/0", StatusCode::NOT_FOUND),
        ("/tiles/parcels/3/8/0", StatusCode::NOT_FOUND),
        ("/tiles/parcels/3/-1/0", StatusCode::NOT_FOUND),
        ("/tiles/parcels/3/+1/0", StatusCode::NOT_FOUND),
        ("/tiles/parcels/3/1.0/0", StatusCode::NOT_FOUND),
        ("/tiles/parcels/x/0/0", StatusCode::NOT_FOUND),
        ("/tiles/owners/3/0/0", StatusCode::BAD_REQUEST),
        ("/tiles/parcels,parcels/3/0/0", StatusCode::BAD_REQUEST),
        ("/tiles/parcels/3/0/0?properties=right_holder", StatusCode::BAD_REQUEST),
        ("/tiles/parcels/3/0/0?colour=red", StatusCode::BAD_REQUEST),
        ("/tiles/parcels/3/0/0?kind=ruined", StatusCode::BAD_REQUEST),
        ("/tiles/parcels/3/0/0?state=suspected", StatusCode::BAD_REQUEST),
        ("/tiles/parcels/3/0/0?county=1", StatusCode::BAD_REQUEST),
        ("/tiles/parcels/3/0/0?filter=right_holder%3D'x'", StatusCode::BAD_REQUEST),
        ("/tiles/parcels/3/0/0?filter=1%3D1%3Bdrop", StatusCode::BAD_REQUEST),
        ("/tiles/parcels/3/0/0?run=1&as_of=2026-01-01", StatusCode::BAD_REQUEST),
    ] {
        let answer = mapped.get(address).await;
        assert_eq!(answer.status, status, "{address}");
        assert_eq!(answer.header(header::CONTENT_TYPE), "application/problem+json; charset=utf-8", "{address}");
    }
    assert_eq!(mapped.get("/tiles/parcels/3/0/0").await.status, StatusCode::NO_CONTENT);
}
