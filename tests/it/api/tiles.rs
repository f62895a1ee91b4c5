//! Vector tiles, decoded: counts against SQL, nothing dropped, no label twice, no tile sent twice.

use std::collections::BTreeMap;

use axum::http::{StatusCode, header};
use sqlx::{Executor, Row};

use super::mvt::{Feature, decode};
use super::seed::{Api, PARCELS};

/// The tile of a zoom that holds a place.
pub fn tile_at(zoom: u32, lon: f64, lat: f64) -> (u32, u32) {
    let tiles = f64::from(1_u32 << zoom);
    let column = (lon + 180.0) / 360.0 * tiles;
    let row = (1.0 - lat.to_radians().tan().asinh() / std::f64::consts::PI) / 2.0 * tiles;
    (column as u32, row as u32)
}

/// Every tile of a zoom that the town may touch.
async fn tiles(api: &Api, layers: &str, zoom: u32) -> Vec<BTreeMap<String, Vec<Feature>>> {
    let extent =
        sqlx::query("select st_xmin(e), st_ymin(e), st_xmax(e), st_ymax(e) from (select st_extent(geom)::box2d e from parcel) x")
            .fetch_one(&api.city.pool)
            .await
            .unwrap();
    let (west, south) = tile_at(zoom, extent.get(0), extent.get(1));
    let (east, north) = tile_at(zoom, extent.get(2), extent.get(3));
    let mut found = Vec::new();
    for x in west.saturating_sub(1)..=east + 1 {
        for y in north.saturating_sub(1)..=south + 1 {
            if x >= 1 << zoom || y >= 1 << zoom {
                continue;
            }
            let answer = api.get(&format!("/tiles/{layers}/{zoom}/{x}/{y}")).await;
            match answer.status {
                StatusCode::OK => {
                    assert_eq!(answer.header(header::CONTENT_TYPE), "application/vnd.mapbox-vector-tile");
                    found.push(decode(&answer.body));
                }
                status => assert_eq!(status, StatusCode::NO_CONTENT, "{zoom}/{x}/{y}"),
            }
        }
    }
    found
}

#[tokio::test]
async fn at_every_zoom_each_parcel_is_drawn_or_kept_as_a_point_and_has_one_label_where_there_are_labels() {
    let api = Api::town().await;
    for zoom in [0, 1, 5, 8, 11, 14, 16] {
        let tiles = tiles(&api, "parcels", zoom).await;
        let mut labels = BTreeMap::new();
        let mut shown = BTreeMap::new();
        for tile in &tiles {
            for feature in tile.get("parcels_label").into_iter().flatten() {
                *labels.entry(feature.id).or_insert(0) += 1;
                assert_eq!(feature.kind, 1, "a label is a point");
            }
            for name in ["parcels", "parcels_tiny"] {
                for feature in tile.get(name).into_iter().flatten() {
                    shown.insert(feature.id, name);
                }
            }
        }
        assert_eq!(labels.len(), if zoom < 14 { 0 } else { PARCELS }, "zoom {zoom}");
        assert!(labels.values().all(|count| *count == 1), "zoom {zoom}: {labels:?}");
        assert_eq!(shown.len(), PARCELS, "zoom {zoom}: nothing is dropped");
        let tiny = shown.values().filter(|name| **name == "parcels_tiny").count();
        match zoom {
            0 | 1 | 5 => assert_eq!(tiny, PARCELS, "zoom {zoom}: 100 m are less than a pixel"),
            14 | 16 => assert_eq!(tiny, 0, "zoom {zoom}"),
            _ => {}
        }
    }
}

#[tokio::test]
async fn a_tile_holds_exactly_what_its_padded_box_meets() {
    let api = Api::town().await;
    let (x, y) = tile_at(16, 120.7535, 30.752);
    let answer = api.get(&format!("/tiles/parcels/16/{x}/{y}")).await;
    let shown = decode(&answer.body).remove("parcels").unwrap_or_default();
    let expected: i64 = sqlx::query(
        "select count(*) from parcel where upper_inf(recorded) and st_intersects(st_transform(geom, 3857), st_tileenvelope(16, $1, $2, margin => 64.0 / 4096))",
    )
    .bind(x as i32)
    .bind(y as i32)
    .fetch_one(&api.city.pool)
    .await
    .unwrap()
    .get(0);
    assert!(expected > 0);
    assert_eq!(shown.len() as i64, expected);
}

#[tokio::test]
async fn tiles_carry_what_the_map_draws_and_asks() {
    let api = Api::town().await;
    let tiles = tiles(&api, "parcels,leftovers,buildings,zones,projects,supplies", 14).await;
    let all = |name: &str| tiles.iter().filter_map(|tile| tile.get(name)).flatten().collect::<Vec<_>>();
    let underused: Vec<_> =
        all("parcels_label").into_iter().filter(|feature| feature.properties["kind"] == "underused").collect();
    assert_eq!(underused.len(), 1);
    let properties = &underused[0].properties;
    assert_eq!(properties["parcel_code"], "P01");
    assert!((properties["plot_ratio"].parse::<f64>().unwrap() - 0.4).abs() < 1e-3);
    assert!((properties["area_mu"].parse::<f64>().unwrap() - 15.0).abs() < 0.01);
    assert_eq!(all("leftovers_label")[0].properties["approval_number"], "浙土字〔2020〕1号");
    assert_eq!(all("buildings_label")[0].properties["storeys"], "2");
    assert_eq!(all("zones_label").len(), 2);
    assert_eq!(all("supplies_label").len(), 1);
    let stages: Vec<&str> = all("projects_label").iter().map(|feature| feature.properties["stage"].as_str()).collect();
    assert_eq!(stages, ["accepted", "accepted"]);
}

#[tokio::test]
async fn a_tile_that_has_not_changed_is_not_sent_again() {
    let api = Api::town().await;
    let (x, y) = tile_at(14, 120.7535, 30.752);
    let address = format!("/tiles/parcels/14/{x}/{y}");
    let first = api.get(&address).await;
    assert_eq!(first.status, StatusCode::OK);
    let etag = first.header(header::ETAG).to_owned();
    let again = api.get_with(&address, header::IF_NONE_MATCH, &etag).await;
    assert_eq!((again.status, again.body.len()), (StatusCode::NOT_MODIFIED, 0));
    let neighbour = api.get(&format!("/tiles/parcels/14/{}/{y}", x + 1)).await;
    assert_ne!(neighbour.header(header::ETAG), etag);
    api.city.pool.execute("insert into revision (cause) values ('更正')").await.unwrap();
    let unchanged = api.get_with(&address, header::IF_NONE_MATCH, &etag).await;
    assert_eq!(unchanged.status, StatusCode::NOT_MODIFIED, "a revision that leaves the tile as it was leaves its tag");
    api.city.pool.execute("update parcel set parcel_code = parcel_code || '改'").await.unwrap();
    let changed = api.get_with(&address, header::IF_NONE_MATCH, &etag).await;
    assert_eq!(changed.status, StatusCode::OK);
}

#[tokio::test]
async fn tiles_are_compressed_for_those_who_ask() {
    let api = Api::town().await;
    let (x, y) = tile_at(11, 120.7535, 30.752);
    let answer = api.get_with(&format!("/tiles/parcels,zones/11/{x}/{y}"), header::ACCEPT_ENCODING, "gzip").await;
    assert_eq!(answer.header(header::CONTENT_ENCODING), "gzip");
}
