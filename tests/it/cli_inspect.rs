//! `mujun inspect` and `mujun import --mapping auto`, as a person types them.

use serde_json::{Value, json};

use crate::cli::{mujun, refused, run, said};
use crate::support::{TestCity, reachable_folder};

fn parcels(folder: &std::path::Path, name: &str, properties: Value) -> String {
    let ring = [[120.75, 30.75], [120.751, 30.75], [120.751, 30.751], [120.75, 30.751], [120.75, 30.75]];
    let features: Vec<Value> = (0..4)
        .map(|index| {
            let mut properties = properties.clone();
            properties["ZDDM"] = format!("330402001002GB{index:05}").into();
            let ring: Vec<[f64; 2]> = ring.iter().map(|[x, y]| [x + 0.002 * f64::from(index), *y]).collect();
            json!({"type": "Feature", "properties": properties, "geometry": {"type": "Polygon", "coordinates": [ring]}})
        })
        .collect();
    let path = folder.join(name);
    std::fs::write(&path, json!({"type": "FeatureCollection", "features": features}).to_string()).unwrap();
    path.display().to_string()
}

#[test]
fn a_file_is_inspected_without_a_database_in_chinese_and_in_json() {
    let folder = reachable_folder();
    let path = parcels(folder.path(), "parcels.geojson", json!({"ZDMJ": 10_615.0}));
    let nowhere = folder.path().join("no-data").display().to_string();
    let output = mujun(&["inspect", &path, "--data", &nowhere]).output().unwrap();
    let text = said(&output);
    assert_eq!(output.status.code(), Some(0), "{text}");
    for words in [
        "都在城市范围内",
        "建议：导入为宗地",
        "宗地代码 ← 列“ZDDM”",
        "证载面积 ← 列“ZDMJ”，平方米",
        "下一步：mujun import parcels",
    ] {
        assert!(text.contains(words), "“{words}” is not in:\n{text}");
    }
    assert!(!std::path::Path::new(&nowhere).exists(), "looking at a file makes no data folder");
    let output = mujun(&["inspect", &path, "--data", &nowhere, "--report", "json"]).output().unwrap();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["proposals"][0]["kind"], "parcels");
    refused(&mujun(&["inspect", "/nowhere/a.shp", "--data", &nowhere]).output().unwrap(), 3, &["/nowhere/a.shp"]);
}

#[tokio::test]
async fn the_proposed_mapping_is_used_only_when_nothing_is_open() {
    let (city, folder) = (TestCity::new().await, reachable_folder());
    let divisions = folder.path().join("divisions.geojson");
    std::fs::write(&divisions, mujun::sample::DIVISIONS_GEOJSON).unwrap();
    let output = run(&city, &["import", "divisions", &divisions.display().to_string()]).await;
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    // 亩 or 平方米 of another area: nothing fits the outlines, so a person must say.
    let open = parcels(folder.path(), "open.geojson", json!({"ZDMJ": 77.0}));
    refused(
        &run(&city, &["import", "parcels", &open, "--mapping", "auto"]).await,
        3,
        &["须由人确认", "证载面积", "mujun inspect"],
    );
    let clear = parcels(folder.path(), "clear.geojson", json!({"ZDMJ": 10_615.0}));
    let output = run(&city, &["import", "parcels", &clear, "--mapping", "auto"]).await;
    assert!(output.status.success() && said(&output).contains("新增 4"), "{}", said(&output));
    // The parcels that are registered now give away a file that is shifted.
    let text = std::fs::read_to_string(&clear).unwrap();
    let mut shifted: Value = serde_json::from_str(&text).unwrap();
    for feature in shifted["features"].as_array_mut().unwrap() {
        for place in feature["geometry"]["coordinates"][0].as_array_mut().unwrap() {
            let (x, y) = mujun_geometry::shift::Shift::Gcj02.forward((place[0].as_f64().unwrap(), place[1].as_f64().unwrap()));
            *place = json!([x, y]);
        }
    }
    let path = folder.path().join("shifted.geojson");
    std::fs::write(&path, shifted.to_string()).unwrap();
    let output = run(&city, &["inspect", &path.display().to_string()]).await;
    assert!(said(&output).contains("--fix from-gcj02"), "{}", said(&output));
    let output = run(&city, &["import", "parcels", &path.display().to_string(), "--fix", "from-gcj02", "--dry-run"]).await;
    assert!(output.status.success() && said(&output).contains("ING-051"), "{}", said(&output));
}
