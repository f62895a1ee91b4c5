//! Commands whose reader goes away (`mujun … | head -1`) do what they were asked to and end as they would have, without a word.

use std::io::Read;
use std::path::Path;

use crate::cli::{mujun, said, url};
use crate::support::{TestCity, reachable_folder};

/// Runs once into pipes that are read, and once into pipes that nobody holds any more; both end alike.
async fn ends_alike(city: &TestCity, arguments: &[&str]) {
    let mut heard = mujun(arguments);
    let mut unheard = mujun(arguments);
    let url = url(city);
    let (reader, writer) = std::io::pipe().unwrap();
    let (deaf, words) = std::io::pipe().unwrap();
    drop((reader, deaf));
    heard.env("DATABASE_URL", &url);
    unheard.env("DATABASE_URL", &url).stdout(writer).stderr(words);
    let heard = tokio::task::spawn_blocking(move || heard.output().unwrap()).await.unwrap();
    let unheard = tokio::task::spawn_blocking(move || unheard.status().unwrap()).await.unwrap();
    assert!(!heard.stdout.is_empty() || !heard.stderr.is_empty(), "{arguments:?} says nothing");
    assert_eq!(unheard.code(), heard.status.code(), "{arguments:?}: {}", said(&heard));
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}

#[tokio::test]
async fn a_command_ends_as_it_would_have_when_nobody_listens() {
    let (city, folder) = (TestCity::new().await, reachable_folder());
    let divisions = folder.path().join("divisions.geojson");
    std::fs::write(&divisions, mujun::sample::DIVISIONS_GEOJSON).unwrap();
    let divisions = shown(&divisions);
    ends_alike(&city, &["import", "divisions", &divisions, "--dry-run"]).await;
    ends_alike(&city, &["import", "divisions", &divisions, "--report", "json"]).await;
    ends_alike(&city, &["import", "divisions", &divisions]).await;
    ends_alike(&city, &["import", "parcels", "/nowhere"]).await;
    ends_alike(&city, &["inspect", &divisions]).await;
    ends_alike(&city, &["inspect", &divisions, "--report", "json"]).await;
    ends_alike(&city, &["evaluate"]).await;
    ends_alike(&city, &["evaluate", "--diff"]).await;
    ends_alike(&city, &["migrate"]).await;
    ends_alike(&city, &["quarantine", "1", "--format", "xlsx", "--out", &shown(&folder.path().join("rows.xlsx"))]).await;
    ends_alike(&city, &["rulebook", "check"]).await;
    ends_alike(&city, &["rulebook", "explain", "far-floor-of-upgrades-table"]).await;
    ends_alike(&city, &["sample", "--out", &shown(&folder.path().join("city")), "--parcels", "50"]).await;
    ends_alike(&city, &["check", "/nowhere"]).await;
    ends_alike(&city, &["--help"]).await;
    ends_alike(&city, &["--version"]).await;
}

#[tokio::test]
async fn the_first_line_can_be_had_without_the_others() {
    let (city, folder) = (TestCity::new().await, reachable_folder());
    let divisions = folder.path().join("divisions.geojson");
    std::fs::write(&divisions, mujun::sample::DIVISIONS_GEOJSON).unwrap();
    let url = url(&city);
    let arguments = ["inspect".to_owned(), shown(&divisions), "--report".to_owned(), "json".to_owned()];
    let (first, ended) = tokio::task::spawn_blocking(move || {
        let (mut reader, writer) = std::io::pipe().unwrap();
        let mut command = mujun(&arguments.each_ref().map(String::as_str));
        let mut child = command.env("DATABASE_URL", url).stdout(writer).spawn().unwrap();
        // The command holds its own copy of the end that is written.
        drop(command);
        let mut first = [0; 1];
        reader.read_exact(&mut first).unwrap();
        drop(reader);
        (first, child.wait().unwrap())
    })
    .await
    .unwrap();
    assert_eq!((&first, ended.code()), (b"{", Some(0)));
}

#[tokio::test]
async fn words_that_cannot_be_kept_are_told() {
    let (city, full) = (TestCity::new().await, std::fs::File::options().write(true).open("/dev/full").unwrap());
    let mut command = mujun(&["rulebook", "check"]);
    command.env("DATABASE_URL", url(&city)).stdout(full);
    command.stderr(std::process::Stdio::piped());
    let output = tokio::task::spawn_blocking(move || command.spawn()?.wait_with_output());
    let output = output.await.unwrap().unwrap();
    assert_eq!(output.status.code(), Some(4), "{}", said(&output));
    assert!(said(&output).contains("没有全部写到标准输出"), "{}", said(&output));
}
