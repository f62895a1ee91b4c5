//! `mujun map`: what it writes, and what it says of arguments that cannot be.

use crate::cli::{mujun, refused, run, said};
use crate::support::{TestCity, reachable_folder};

#[tokio::test]
async fn a_map_of_the_whole_city_is_written_in_the_format_of_its_name() {
    let (city, folder) = (TestCity::new().await, reachable_folder());
    let boundaries = folder.path().join("divisions.geojson");
    std::fs::write(&boundaries, mujun::sample::DIVISIONS_GEOJSON).unwrap();
    let imported = run(&city, &["import", "divisions", &boundaries.display().to_string()]).await;
    assert_eq!(imported.status.code(), Some(0), "{}", said(&imported));
    for (name, beginning) in [("map.pdf", "%PDF-"), ("map.svg", "<svg "), ("map.PNG", "\u{fffd}PNG")] {
        let path = folder.path().join(name);
        let output = run(&city, &["map", "--out", &path.display().to_string(), "--title", "嘉兴市"]).await;
        refused(&output, 0, &[name]);
        let bytes = std::fs::read(&path).unwrap();
        let start = String::from_utf8_lossy(&bytes[..5.min(bytes.len())]).into_owned();
        assert!(beginning.starts_with(&start[..4]), "{name}: {start}");
    }
    let path = folder.path().join("map.tiff").display().to_string();
    refused(&run(&city, &["map", "--out", &path]).await, 3, &["tiff", "png"]);
    let path = folder.path().join("map.pdf").display().to_string();
    refused(&run(&city, &["map", "--out", &path, "--bbox", "30.7,60.7,30.8,60.8"]).await, 3, &["先经度"]);
}

#[test]
fn arguments_that_cannot_be_are_refused_before_anything_is_opened() {
    for (arguments, words) in [
        (["--bbox", "120.8,30.7,120.7,30.8"], "西小于东"),
        (["--layers", "streets"], "underused"),
        (["--paper", "A0"], "A4"),
        (["--selected", "building:1:2"], "parcel"),
    ] {
        let output = mujun(&["map", "--out", "x.pdf"]).args(arguments).output().unwrap();
        refused(&output, 2, &[words]);
    }
}
