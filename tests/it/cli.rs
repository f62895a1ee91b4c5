//! The built program, driven as a person would: what it says of bad input, with which exit code, and that nothing stays half-written.

use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::json;
use sqlx::Row;

use crate::support::{TestCity, reachable_folder, server};

pub fn url(city: &TestCity) -> String {
    let sockets = server().sockets().display().to_string().replace('/', "%2F");
    let (user, database) = (city.options.get_username(), city.options.get_database().unwrap());
    format!("postgresql://{user}@localhost/{database}?host={sockets}")
}

pub fn mujun(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mujun"));
    command.args(arguments).env_remove("DATABASE_URL").env_remove("MUJUN_DATA").env("MUJUN_LOG", "off").stdin(Stdio::null());
    command
}

/// Runs against the city's database; the program's own runtime must not block this one.
pub async fn run(city: &TestCity, arguments: &[&str]) -> Output {
    let mut command = mujun(arguments);
    command.env("DATABASE_URL", url(city));
    tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap()
}

pub fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

pub fn refused(output: &Output, code: i32, words: &[&str]) {
    let text = said(output);
    assert_eq!(output.status.code(), Some(code), "{text}");
    for word in words {
        assert!(text.contains(word), "“{word}” is not in:\n{text}");
    }
    assert!(!text.contains("panicked"), "{text}");
}

/// A parcels file in the columns of `sample-parcels`, as GeoJSON with the given ring.
fn parcels_file(folder: &Path, name: &str, properties: serde_json::Value, ring: &[[f64; 2]]) -> String {
    let feature = json!({"type": "Feature", "properties": properties, "geometry": {"type": "Polygon", "coordinates": [ring]}});
    let path = folder.join(name);
    std::fs::write(&path, json!({"type": "FeatureCollection", "features": [feature]}).to_string()).unwrap();
    path.display().to_string()
}

const SQUARE: [[f64; 2]; 5] = [[120.75, 30.75], [120.751, 30.75], [120.751, 30.751], [120.75, 30.751], [120.75, 30.75]];

async fn with_divisions(city: &TestCity, folder: &Path) {
    let path = folder.join("divisions.geojson");
    std::fs::write(&path, mujun::sample::DIVISIONS_GEOJSON).unwrap();
    let output = run(city, &["import", "divisions", &path.display().to_string()]).await;
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
}

async fn rows(city: &TestCity) -> i64 {
    let sql = "select (select count(*) from parcel) + (select count(*) from import where kind <> 'divisions') as rows";
    sqlx::query(sql).fetch_one(&city.pool).await.unwrap().get("rows")
}

#[tokio::test]
async fn a_file_that_is_not_there_is_named() {
    let city = TestCity::new().await;
    refused(&run(&city, &["import", "parcels", "/nowhere/parcels.shp"]).await, 3, &["/nowhere/parcels.shp"]);
    assert_eq!(rows(&city).await, 0);
}

#[tokio::test]
async fn a_file_that_no_reader_understands_is_refused() {
    let (city, folder) = (TestCity::new().await, reachable_folder());
    let path = folder.path().join("parcels.gpkg");
    std::fs::write(&path, b"not a database at all").unwrap();
    refused(&run(&city, &["import", "parcels", &path.display().to_string()]).await, 3, &["parcels.gpkg"]);
    assert_eq!(rows(&city).await, 0);
}

#[tokio::test]
async fn a_shapefile_without_a_coordinate_system_asks_for_one() {
    let (city, folder) = (TestCity::new().await, reachable_folder());
    with_divisions(&city, folder.path()).await;
    let options = mujun::sample::SampleOptions { parcels: 40, seed: 1, as_of: "2026-06-30".parse().unwrap() };
    mujun::sample::write(folder.path(), &options, &mut |_| {}).unwrap();
    std::fs::remove_file(folder.path().join("parcels.prj")).unwrap();
    let shp = folder.path().join("parcels.shp").display().to_string();
    let output = run(&city, &["import", "parcels", &shp, "--mapping", "sample-parcels"]).await;
    refused(&output, 3, &["--crs", "EPSG:4528"]);
    assert_eq!(rows(&city).await, 0);
    let output = run(&city, &["import", "parcels", &shp, "--mapping", "sample-parcels", "--crs", "EPSG:4528"]).await;
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let again = run(&city, &["import", "parcels", &shp, "--mapping", "sample-parcels", "--crs", "EPSG:4528"]).await;
    refused(&again, 0, &["早已导入"]);
}

#[tokio::test]
async fn a_polygon_that_crosses_itself_is_mended_and_said_so() {
    let (city, folder) = (TestCity::new().await, reachable_folder());
    with_divisions(&city, folder.path()).await;
    let bow_tie = [[120.75, 30.75], [120.752, 30.752], [120.752, 30.75], [120.75, 30.752], [120.75, 30.75]];
    let path = parcels_file(folder.path(), "bow.geojson", json!({"ZDDM": "330402001001GB00001"}), &bow_tie);
    let mapping = folder.path().join("m.toml");
    std::fs::write(&mapping, "name = \"m\"\nkind = \"parcels\"\ncode_scheme = \"cadastral\"\ndivision = { from = \"code\" }\n[columns]\nparcel_code = \"ZDDM\"\n").unwrap();
    let output = run(&city, &["import", "parcels", &path, "--mapping", &mapping.display().to_string()]).await;
    refused(&output, 0, &["新增 1", "自相交"]);
    let valid: bool = sqlx::query_scalar("select bool_and(st_isvalid(geom)) from parcel").fetch_one(&city.pool).await.unwrap();
    assert!(valid);
}

#[tokio::test]
async fn a_mapping_whose_columns_the_file_lacks_lists_both_sides() {
    let (city, folder) = (TestCity::new().await, reachable_folder());
    with_divisions(&city, folder.path()).await;
    let path = parcels_file(folder.path(), "p.geojson", json!({"other": "1"}), &SQUARE);
    let output = run(&city, &["import", "parcels", &path, "--mapping", "sample-parcels"]).await;
    refused(&output, 3, &["ZDDM", "other"]);
    assert_eq!(rows(&city).await, 0);
    let output = run(&city, &["import", "parcels", &path, "--mapping", "sample-buildings"]).await;
    refused(&output, 3, &["sample-buildings", "建筑物"]);
    refused(&run(&city, &["import", "parcels", &path, "--mapping", "no-such"]).await, 3, &["no-such"]);
}

#[tokio::test]
async fn a_dry_run_reports_and_writes_nothing() {
    let (city, folder) = (TestCity::new().await, reachable_folder());
    with_divisions(&city, folder.path()).await;
    let path = parcels_file(folder.path(), "p.geojson", json!({"宗地代码": "330402001001GB00001"}), &SQUARE);
    let output = run(&city, &["import", "parcels", &path, "--dry-run"]).await;
    refused(&output, 0, &["新增 1", "未提交"]);
    assert_eq!(rows(&city).await, 0);
}

#[tokio::test]
async fn a_port_in_use_is_told_before_anything_slow_is_done() {
    let city = TestCity::new().await;
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    refused(&run(&city, &["serve", "--listen", &address]).await, 4, &["已被占用", "--listen"]);
}

#[tokio::test]
async fn a_data_folder_of_a_newer_version_is_left_alone() {
    let folder = reachable_folder();
    std::fs::write(folder.path().join("VERSION"), "99999\n").unwrap();
    let data = folder.path().display().to_string();
    let output = tokio::task::spawn_blocking(move || mujun(&["migrate", "--data", &data]).output().unwrap()).await.unwrap();
    refused(&output, 4, &["99999"]);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().filter(|entry| entry.as_ref().unwrap().path().is_dir()).count(), 0);
}

#[tokio::test]
async fn a_database_that_is_not_postgresql_is_told_without_its_password() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let answering = std::thread::spawn(move || {
        use std::io::Write;
        if let Ok((mut stream, _)) = listener.accept() {
            let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n");
        }
    });
    let output = tokio::task::spawn_blocking(move || {
        mujun(&["migrate"]).env("DATABASE_URL", format!("postgresql://clerk:s3cret@127.0.0.1:{port}/mujun")).output().unwrap()
    })
    .await
    .unwrap();
    answering.join().unwrap();
    refused(&output, 4, &["PostgreSQL"]);
    assert!(!said(&output).contains("s3cret"));
    let output =
        tokio::task::spawn_blocking(|| mujun(&["migrate"]).env("DATABASE_URL", "mysql://clerk:s3cret@db/x").output().unwrap());
    let output = output.await.unwrap();
    refused(&output, 2, &["PostgreSQL"]);
}

#[test]
fn check_judges_a_file_and_its_exit_code_tells_the_verdict() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("proposal.json");
    let square = |x: f64, y: f64, width: f64, height: f64| {
        let (x, y) = (571_815.0 + x, 3_403_497.0 + y);
        json!({"type": "Polygon", "coordinates": [[[x, y], [x + width, y], [x + width, y + height], [x, y + height], [x, y]]]})
    };
    let proposal = json!({
        "name": "示例方案", "crs": "EPSG:4549", "land": square(0.0, 0.0, 100.0, 100.0),
        "buildings": [{"name": "1号", "footprint": square(10.0, 10.0, 80.0, 80.0), "storeys": 2, "storey_height_m": 4.0}],
        "industry": {"edition": "GB/T 4754-2017", "code": "35"},
        "flags": {"upgrade_approved": true, "general_purpose_factory": true, "conforms_to_plan": true}
    });
    std::fs::write(&path, proposal.to_string()).unwrap();
    let output = mujun(&["check", &path.display().to_string(), "--as-of", "2026-06-30"]).output().unwrap();
    // 64 % of the land is built on: over 60 %, by 400 m²; the half that needs the table of 2014 stays undetermined.
    refused(&output, 5, &["不通过", "64.00%", "待核", "2014"]);
    std::fs::write(&path, "{").unwrap();
    refused(&mujun(&["check", &path.display().to_string()]).output().unwrap(), 3, &["JSON"]);
}

#[tokio::test]
async fn a_report_for_machines_is_one_json_object_and_nothing_else_stands_beside_it() {
    let (city, folder) = (TestCity::new().await, reachable_folder());
    with_divisions(&city, folder.path()).await;
    let path = parcels_file(folder.path(), "p.geojson", json!({"宗地代码": "330402001001GB00001"}), &SQUARE);
    let import = async |more: &[&str]| {
        let output = run(&city, &[&["import", "parcels", &path, "--report", "json"], more].concat()).await;
        let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", said(&output)));
        (output.status.code(), report)
    };
    let (code, tried) = import(&["--dry-run", "--provider", "某局", "--crs", "EPSG:4490"]).await;
    assert_eq!((code, tried["ending"]["outcome"].as_str()), (Some(0), Some("discarded")));
    assert_eq!(tried["rows"], json!({"read": 1, "new": 1, "changed": 0, "unchanged": 0, "quarantined": 0}));
    assert_eq!((tried["source"]["provider"].as_str(), tried["decisions"]["options"]["crs"].as_i64()), (Some("某局"), Some(4490)));
    assert_eq!(rows(&city).await, 0);
    let (code, done) = import(&[]).await;
    assert_eq!((code, done["ending"]["outcome"].as_str()), (Some(0), Some("committed")));
    let listed = done["issue_list"].as_array().unwrap().len() as u64;
    assert_eq!(done["issue_count"].as_u64(), Some(listed));
    let (code, refused) = import(&["--mapping", "sample-parcels"]).await;
    assert_eq!((code, refused["ending"]["outcome"].as_str()), (Some(3), Some("refused")));
    assert!(refused["fault"][0].as_str().unwrap().contains("ZDDM"), "{refused}");
}
