//! Ground that new parcels take over: the old parcel is closed, who took over is recorded, and no square metre is lost.

use std::collections::BTreeSet;

use mujun::store::lineage::{LineageRow, of_parcel};

use super::{bring, lots, present, routes, told};
use crate::runs::world::World;
use crate::town::{COUNTY, rectangle};

async fn lineage(world: &World, code: &str) -> Vec<LineageRow> {
    of_parcel(&mut world.city.connection().await, COUNTY, code, None).await.unwrap()
}

fn links(rows: &[LineageRow]) -> BTreeSet<(&str, &str, &str)> {
    rows.iter().map(|row| (row.parcel_code.as_str(), row.lineage_kind.as_str(), row.successor_parcel_code.as_str())).collect()
}

/// What became of a parcel adds up to its area.
fn is_conserved(rows: &[LineageRow]) {
    let shared: f64 = rows.iter().map(|row| row.shared_area_m2).sum();
    assert!((shared - rows[0].area_m2).abs() < 0.01, "{shared} of {}", rows[0].area_m2);
}

#[tokio::test]
async fn a_parcel_that_is_split_is_closed_and_its_area_is_conserved() {
    let world = World::new().await;
    bring(&world, "before", &lots([("P", rectangle(0.0, 0.0, 120.0, 100.0)), ("Q", rectangle(120.0, 0.0, 50.0, 100.0))])).await;
    let parts = lots([("P1", rectangle(0.0, 0.0, 70.0, 100.0)), ("P2", rectangle(70.0, 0.0, 50.0, 100.0))]);
    let (_, issues) = bring(&world, "after", &parts).await;
    assert_eq!(told(&issues), [("ING-072", Some(1))], "{issues:#?}");
    assert!(issues[0].message.starts_with("分割：原宗地 330402 / P（已登记，before 第 1 行）"), "{}", issues[0].message);
    assert_eq!(present(&world).await.keys().collect::<Vec<_>>(), ["P1", "P2", "Q"]);
    let of = lineage(&world, "P").await;
    assert_eq!(links(&of), BTreeSet::from([("P", "split", "P1"), ("P", "split", "P2")]));
    is_conserved(&of);
    assert_eq!(links(&lineage(&world, "P1").await), BTreeSet::from([("P", "split", "P1")]));
    assert_eq!(lineage(&world, "Q").await, []);
    let by_postgis: f64 = sqlx::query_scalar(
        "select st_area(st_intersection(st_transform(a.geom, 4549), st_transform(b.geom, 4549)))
             * a.ellipsoidal_area_m2 / st_area(st_transform(a.geom, 4549))
         from parcel a, parcel b where a.parcel_code = 'P' and b.parcel_code = 'P1'",
    )
    .fetch_one(&world.city.pool)
    .await
    .unwrap();
    let shared = of.iter().find(|row| row.successor_parcel_code == "P1").unwrap().shared_area_m2;
    assert!((shared - by_postgis).abs() < 0.01, "{shared} for {by_postgis}");
}

#[tokio::test]
async fn parcels_are_merged_renumbered_and_adjusted() {
    let world = World::new().await;
    let before = lots([
        ("M1", rectangle(0.0, 0.0, 50.0, 100.0)),
        ("M2", rectangle(50.0, 0.0, 50.0, 100.0)),
        ("N", rectangle(200.0, 0.0, 50.0, 100.0)),
        ("X1", rectangle(300.0, 0.0, 50.0, 100.0)),
        ("X2", rectangle(350.0, 0.0, 50.0, 100.0)),
        ("G", rectangle(500.0, 0.0, 50.0, 100.0)),
    ]);
    bring(&world, "before", &before).await;
    let after = lots([
        ("M", rectangle(0.0, 0.0, 100.0, 100.0)),
        ("N-new", rectangle(200.0, 0.0, 50.0, 100.0)),
        // Two made into two others, cut the other way.
        ("Y1", rectangle(300.0, 0.0, 100.0, 40.0)),
        ("Y2", rectangle(300.0, 40.0, 100.0, 60.0)),
        // One that grew under another code.
        ("G-new", rectangle(500.0, 0.0, 80.0, 100.0)),
    ]);
    let (id, issues) = bring(&world, "after", &after).await;
    assert!(issues.iter().all(|issue| issue.code == "ING-072"), "{issues:#?}");
    assert_eq!(issues.len(), 6);
    assert_eq!(present(&world).await.keys().collect::<Vec<_>>(), ["G-new", "M", "N-new", "Y1", "Y2"]);
    assert_eq!(links(&lineage(&world, "M").await), BTreeSet::from([("M1", "merge", "M"), ("M2", "merge", "M")]));
    assert_eq!(links(&lineage(&world, "N").await), BTreeSet::from([("N", "renumber", "N-new")]));
    assert_eq!(links(&lineage(&world, "X1").await), BTreeSet::from([("X1", "adjust", "Y1"), ("X1", "adjust", "Y2")]));
    assert_eq!(links(&lineage(&world, "G").await), BTreeSet::from([("G", "adjust", "G-new")]));
    for code in ["M1", "M2", "N", "X1", "X2", "G"] {
        is_conserved(&lineage(&world, code).await);
    }
    let closed = mujun::store::lineage::closed(&mut world.city.connection().await, id).await.unwrap();
    assert_eq!(closed, 6);
}

#[tokio::test]
async fn the_past_is_readable_as_it_was_known() {
    let world = World::new().await;
    bring(&world, "before", &lots([("P", rectangle(0.0, 0.0, 120.0, 100.0))])).await;
    let then: chrono::DateTime<chrono::Utc> =
        sqlx::query_scalar("select max(received_at) from import").fetch_one(&world.city.pool).await.unwrap();
    bring(&world, "after", &lots([("P1", rectangle(0.0, 0.0, 120.0, 100.0))])).await;
    let mut conn = world.city.connection().await;
    let codes = |rows: Vec<mujun::store::Stored<mujun::register::ParcelRecord>>| -> Vec<String> {
        rows.into_iter().map(|row| row.record.parcel_code).collect()
    };
    assert_eq!(codes(mujun::store::parcel::known_at(&mut conn, Some(then)).await.unwrap()), ["P"]);
    assert_eq!(codes(mujun::store::parcel::known_at(&mut conn, None).await.unwrap()), ["P1"]);
    assert_eq!(of_parcel(&mut conn, COUNTY, "P", Some(then)).await.unwrap(), []);
    assert_eq!(of_parcel(&mut conn, COUNTY, "P", None).await.unwrap().len(), 1);
}

#[tokio::test]
async fn ground_that_is_covered_in_part_or_still_reported_stays_and_the_overlap_is_told() {
    let world = World::new().await;
    let before = lots([("P", rectangle(0.0, 0.0, 100.0, 100.0)), ("Q", rectangle(200.0, 0.0, 100.0, 100.0))]);
    bring(&world, "before", &before).await;
    let after = lots([
        ("P1", rectangle(0.0, 0.0, 98.0, 100.0)),
        // The file still names Q, so Q is still there.
        ("Q", rectangle(200.0, 0.0, 100.0, 100.0)),
        ("Q1", rectangle(200.0, 0.0, 60.0, 100.0)),
        ("Q2", rectangle(260.0, 0.0, 40.0, 100.0)),
    ]);
    let (_, issues) = bring(&world, "after", &after).await;
    assert_eq!(told(&issues), [("ING-066", Some(1)), ("ING-067", Some(3)), ("ING-067", Some(4))], "{issues:#?}");
    assert_eq!(present(&world).await.keys().collect::<Vec<_>>(), ["P", "P1", "Q", "Q1", "Q2"]);
    assert_eq!(lineage(&world, "P").await, []);
}

#[tokio::test]
async fn ground_that_new_parcels_cover_twice_does_not_count_twice() {
    let world = World::new().await;
    bring(&world, "before", &lots([("P", rectangle(0.0, 0.0, 100.0, 100.0))])).await;
    // Together 120 m wide, but only 60 m of the old parcel are covered.
    let after = lots([("P1", rectangle(0.0, 0.0, 60.0, 100.0)), ("P2", rectangle(0.0, 0.0, 60.0, 90.0))]);
    bring(&world, "after", &after).await;
    assert_eq!(present(&world).await.keys().collect::<Vec<_>>(), ["P", "P1", "P2"]);
}

#[tokio::test]
async fn the_lineage_of_a_parcel_is_on_its_card_and_of_a_closed_one_at_its_address() {
    use axum::body::Body;
    use axum::http::{Request, StatusCode};
    use http_body_util::BodyExt;
    use tower::ServiceExt;

    let world = World::new().await;
    bring(&world, "before.gpkg", &lots([("P", rectangle(0.0, 0.0, 120.0, 100.0))])).await;
    let then: chrono::DateTime<chrono::Utc> =
        sqlx::query_scalar("select max(received_at) from import").fetch_one(&world.city.pool).await.unwrap();
    let parts = lots([("P1", rectangle(0.0, 0.0, 70.0, 100.0)), ("P2", rectangle(70.0, 0.0, 50.0, 100.0))]);
    bring(&world, "after.gpkg", &parts).await;
    let law = crate::runs::replay::law();
    world.evaluate(&law, "2024-06-30", None).await;
    let uploads = tempfile::tempdir().unwrap();
    let routes = routes(&world, law, uploads.path());
    let get = async |address: String| -> (StatusCode, serde_json::Value) {
        let response = routes.clone().oneshot(Request::get(address).body(Body::empty()).unwrap()).await.unwrap();
        let (parts, body) = response.into_parts();
        (parts.status, serde_json::from_slice(&body.collect().await.unwrap().to_bytes()).unwrap())
    };
    let (_, card) = get(format!("/api/v1/parcels/{COUNTY}/P1")).await;
    let predecessor = &card["lineage"]["predecessors"][0];
    assert_eq!((predecessor["parcel_code"].as_str(), predecessor["kind_label"].as_str()), (Some("P"), Some("分割")));
    assert!((predecessor["shared_area_mu"].as_f64().unwrap() - 10.5).abs() < 0.01, "{predecessor}");
    assert_eq!(card["lineage"]["successors"].as_array().unwrap().len(), 0);
    let (status, closed) = get(format!("/api/v1/parcels/{COUNTY}/P/lineage")).await;
    assert_eq!((status, closed["successors"].as_array().unwrap().len()), (StatusCode::OK, 2));
    assert_eq!(closed["successors"][0]["file_name"], "after.gpkg");
    let known = then.format("%Y-%m-%dT%H:%M:%S%.6fZ");
    let (_, before) = get(format!("/api/v1/parcels/{COUNTY}/P/lineage?known_at={known}")).await;
    assert_eq!(before["successors"].as_array().unwrap().len(), 0, "it was not known then");
    assert_eq!(get(format!("/api/v1/parcels/{COUNTY}/Q/lineage")).await.0, StatusCode::NOT_FOUND);
    let (status, problem) = get(format!("/api/v1/parcels/{COUNTY}/P/lineage?known_at=yesterday")).await;
    assert_eq!((status, problem["type"].as_str()), (StatusCode::BAD_REQUEST, Some("/problems/invalid-parameter")));
}
