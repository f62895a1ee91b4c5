//! `mujun evaluate --rulebook`, `--diff` and `mujun rulebook diff --city` as a person would use them.

use std::path::Path;

use mujun::app::rulebook::EDITION;

use crate::cli::{refused, run, said};
use crate::runs::diff::overdue;
use crate::runs::replay::law_with;
use crate::runs::world::World;
use crate::town::day;

#[tokio::test]
async fn a_run_is_compared_and_its_law_found_again_from_the_command_line() {
    let world = World::new().await;
    let mut town = overdue(&[("S1", "2025-01-01"), ("S2", "2030-01-01")]);
    world.record("first.xlsx", &town).await;
    let city = &world.city;
    refused(&run(city, &["evaluate", "--diff"]).await, 3, &["还没有现行评价批", "--activate"]);
    refused(&run(city, &["evaluate", "--as-of", "2024-06-30", "--activate"]).await, 0, &["评价批 1"]);
    town.supplies[1].record.agreed_start_on = Some(day("2022-01-01"));
    world.record("second.xlsx", &town).await;

    let table = run(city, &["evaluate", "--as-of", "2026-06-30", "--diff"]).await;
    let words = ["变了的：数据、时间", "南湖区", "供而未用 · 疑似", "+15.00", "来由  时间", "来由  数据", "second.xlsx 第 2 行"];
    refused(&table, 0, &words);
    assert!(said(&table).contains("约定开工日期 2030-01-01 → 2022-01-01"), "{}", said(&table));
    let json = run(city, &["evaluate", "--as-of", "2026-06-30", "--diff", "1", "--report", "json"]).await;
    let text = String::from_utf8(json.stdout.clone()).unwrap();
    let report: serde_json::Value = serde_json::from_str(&text).unwrap_or_else(|fault| panic!("{fault}: {text}"));
    assert_eq!((&report["old"]["run_id"], report["moved"].as_array().unwrap().len()), (&1.into(), 2));
    refused(&run(city, &["evaluate", "--diff", "77"]).await, 3, &["没有评价批 77"]);

    let digest = report["old"]["rulebook_digest"].as_str().unwrap();
    refused(&run(city, &["evaluate", "--as-of", "2024-06-30", "--rulebook", &digest[..8]]).await, 0, &["评价批"]);
    refused(&run(city, &["evaluate", "--rulebook", "nothing"]).await, 3, &["没有规则库“nothing”", digest]);
}

#[tokio::test]
async fn the_effect_of_another_rulebook_on_the_city_is_told_by_rule_and_county() {
    let world = World::new().await;
    world.record("first.xlsx", &crate::runs::replay::three_kinds()).await;
    let city = &world.city;
    let folder = tempfile::tempdir().unwrap();
    let other = law_with("fixed = 1.5", "fixed = 0.1");
    for (path, text) in &other.files().files {
        let file = folder.path().join(Path::new(path));
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, text).unwrap();
    }
    let folder = folder.path().display().to_string();
    let output = run(city, &["rulebook", "diff", EDITION, &folder, "--as-of", "2024-06-30", "--city"]).await;
    refused(&output, 0, &["规则  far-benchmark", "1.5 → 0.1", "因此改变的结论", "far-benchmark  330402", "合计"]);
    let output = run(city, &["rulebook", "diff", EDITION, "abcdef01"]).await;
    refused(&output, 3, &["没有规则库“abcdef01”"]);
}
