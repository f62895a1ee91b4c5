//! Files that lie where a map service would put them: found out by the import itself, against what is registered, and put right on request.

use std::path::{Path, PathBuf};

use mujun::register::RegisterKind;
use mujun_geometry::shift::{Shift, metres_between};
use serde_json::{Value, json};
use sqlx::Row;

use crate::cli::{refused, run, said};
use crate::ingest_real::shared_data;
use crate::support::{TestCity, reachable_folder, take};

/// A register of forty square parcels in 南湖区 of uneven spacing, whose corners go through `place`; the first of them is `first`.
fn parcels(folder: &Path, name: &str, first: usize, place: impl Fn((f64, f64)) -> (f64, f64)) -> PathBuf {
    let features: Vec<Value> = (first..first + 40)
        .map(|index| {
            let step = index as f64;
            let (x, y) = (120.75 + 0.0021 * step, 30.75 + 0.0003 * (step * 1.7).sin());
            let ring = [(x, y), (x + 0.001, y), (x + 0.001, y + 0.001), (x, y + 0.001), (x, y)].map(&place);
            let ring: Vec<[f64; 2]> = ring.into_iter().map(<[f64; 2]>::from).collect();
            json!({
                "type": "Feature",
                "properties": {"宗地代码": format!("330402001002GB{index:05}")},
                "geometry": {"type": "Polygon", "coordinates": [ring]},
            })
        })
        .collect();
    let path = folder.join(name);
    std::fs::write(&path, json!({"type": "FeatureCollection", "features": features}).to_string()).unwrap();
    path
}

/// A city with its divisions and the parcels from 0 to 39.
async fn registered(folder: &Path) -> TestCity {
    let city = TestCity::new().await;
    let divisions = folder.join("divisions.geojson");
    std::fs::write(&divisions, mujun::sample::DIVISIONS_GEOJSON).unwrap();
    let report = take(&city, RegisterKind::Divisions, divisions, "divisions-standard").await;
    assert!(report.issues.iter().all(|issue| issue.code != "ING-074"), "boundaries that meet those of the program");
    take(&city, RegisterKind::Parcels, parcels(folder, "registered.geojson", 0, |corner| corner), "parcels-standard").await;
    city
}

/// How far the south-west corners of the present parcels lie from where they should, metres; the farthest.
async fn farthest(city: &TestCity) -> f64 {
    let sql = "select parcel_code, st_xmin(geom) as x, st_ymin(geom) as y from parcel where upper_inf(recorded)";
    let rows = sqlx::query(sql).fetch_all(&city.pool).await.unwrap();
    assert!(!rows.is_empty());
    let distance = |row: &sqlx::postgres::PgRow| {
        let code: String = row.get("parcel_code");
        let step = code[14..].parse::<f64>().unwrap();
        metres_between((row.get("x"), row.get("y")), (120.75 + 0.0021 * step, 30.75 + 0.0003 * (step * 1.7).sin()))
    };
    rows.iter().map(distance).fold(0.0, f64::max)
}

async fn versions(city: &TestCity) -> i64 {
    sqlx::query_scalar("select count(*) from parcel").fetch_one(&city.pool).await.unwrap()
}

#[tokio::test]
async fn a_shifted_register_is_refused_by_its_neighbours_and_lands_where_it_should_on_request() {
    let folder = reachable_folder();
    for (shift, name, fix) in [(Shift::Gcj02, "GCJ-02", "from-gcj02"), (Shift::Bd09, "BD-09", "from-bd09")] {
        let city = registered(folder.path()).await;
        // Half of the file is registered, half of it is not.
        let path = parcels(folder.path(), "shifted.geojson", 20, |corner| shift.forward(corner)).display().to_string();
        for dry in [&["import", "parcels", &path][..], &["import", "parcels", &path, "--dry-run"]] {
            let output = run(&city, dry).await;
            refused(&output, 3, &[name, &format!("--fix {fix}"), "--fix keep-position", "还原"]);
        }
        assert_eq!(versions(&city).await, 40, "nothing of it was recorded");
        let output = run(&city, &["import", "parcels", &path, "--fix", fix, "--report", "json"]).await;
        let report: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(report["rows"]["new"].as_i64(), Some(20), "{report}");
        let codes: Vec<&str> =
            report["issue_list"].as_array().unwrap().iter().filter_map(|issue| issue["code"].as_str()).collect();
        assert!(codes.contains(&"ING-051") && !codes.contains(&"ING-074"), "{codes:?}");
        assert!(farthest(&city).await < 1.0, "{shift:?}: {} m", farthest(&city).await);
    }
}

#[tokio::test]
async fn who_has_checked_the_position_is_believed_and_that_is_recorded() {
    let folder = reachable_folder();
    let city = registered(folder.path()).await;
    let path = parcels(folder.path(), "shifted.geojson", 0, |corner| Shift::Gcj02.forward(corner)).display().to_string();
    let output = run(&city, &["import", "parcels", &path, "--fix", "keep-position"]).await;
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert!((300.0..700.0).contains(&farthest(&city).await), "as it came");
    let told: String =
        sqlx::query_scalar("select message from import_issue where code = 'ING-074'").fetch_one(&city.pool).await.unwrap();
    assert!(told.contains("GCJ-02") && told.contains("keep-position"), "{told}");
    let both = run(&city, &["import", "parcels", &path, "--fix", "keep-position", "--fix", "from-gcj02"]).await;
    refused(&both, 3, &["不能同时使用"]);
}

#[tokio::test]
async fn a_few_neighbours_make_a_suspicion_and_no_neighbours_none() {
    let folder = reachable_folder();
    let city = registered(folder.path()).await;
    let path = parcels(folder.path(), "few.geojson", 32, |corner| Shift::Gcj02.forward(corner)).display().to_string();
    let output = run(&city, &["import", "parcels", &path]).await;
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let told: Vec<(String, String)> =
        sqlx::query_as("select message, remedy from import_issue where code = 'ING-074'").fetch_all(&city.pool).await.unwrap();
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].0.contains("GCJ-02") && told[0].1.contains("--fix from-gcj02"), "{told:?}");

    for (name, first, place) in [("sound.geojson", 10, None), ("elsewhere.geojson", 100, Some(Shift::Gcj02))] {
        let city = registered(folder.path()).await;
        let shifted = |corner| place.map_or(corner, |shift: Shift| shift.forward(corner));
        let path = parcels(folder.path(), name, first, shifted).display().to_string();
        let output = run(&city, &["import", "parcels", &path]).await;
        assert_eq!(output.status.code(), Some(0), "{name}: {}", said(&output));
        let suspected: i64 =
            sqlx::query_scalar("select count(*) from import_issue where code = 'ING-074'").fetch_one(&city.pool).await.unwrap();
        assert_eq!(suspected, 0, "{name}");
    }
}

#[tokio::test]
async fn the_first_boundaries_are_held_against_those_of_the_program() {
    let Some(shifted) = shared_data("jiaxing/boundaries_gcj02/330400.json") else { return };
    let city = TestCity::new().await;
    let path = shifted.display().to_string();
    refused(&run(&city, &["import", "divisions", &path]).await, 3, &["GCJ-02", "--fix from-gcj02"]);
}

#[tokio::test]
async fn a_file_outside_the_city_is_told_every_reading_that_would_bring_it_there() {
    let folder = reachable_folder();
    let city = registered(folder.path()).await;
    let swapped = parcels(folder.path(), "swapped.geojson", 0, |(x, y)| (y, x)).display().to_string();
    refused(&run(&city, &["import", "parcels", &swapped]).await, 3, &["互换", "--fix swap-axes"]);
    // In the plane of 117°E, but read as that of 120°E: two degrees and a half too far east.
    let strip = mujun_geometry::Crs::from_epsg(4548);
    let metres = |corner| {
        mujun_geometry::reproject::with_reprojector(mujun_geometry::Crs::CGCS2000, strip, |to| to.point(corner)).unwrap().unwrap()
    };
    let meridian = parcels(folder.path(), "meridian.geojson", 0, metres).display().to_string();
    refused(&run(&city, &["import", "parcels", &meridian, "--crs", "EPSG:4549"]).await, 3, &["--crs EPSG:4548"]);
    let web = mujun_geometry::Crs::from_epsg(3857);
    let metres = |corner| {
        mujun_geometry::reproject::with_reprojector(mujun_geometry::Crs::CGCS2000, web, |to| to.point(corner)).unwrap().unwrap()
    };
    let mercator = parcels(folder.path(), "mercator.geojson", 0, metres).display().to_string();
    refused(&run(&city, &["import", "parcels", &mercator, "--crs", "EPSG:4549"]).await, 3, &["--crs EPSG:3857"]);
}
