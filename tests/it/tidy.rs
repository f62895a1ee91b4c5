//! The house rules that neither the compiler nor clippy can hold: who may call whom, how long a file may grow,
//! and that a migration once landed is never edited. Each failure names the file and the rule.

use std::fs;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn sources(folder: &str, extension: &str) -> Vec<(String, String)> {
    fn walk(folder: &Path, extension: &str, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, extension, found);
            } else if path.extension().is_some_and(|e| e == extension) {
                found.push(path);
            }
        }
    }
    let mut paths = Vec::new();
    walk(&root().join(folder), extension, &mut paths);
    paths.sort();
    paths
        .into_iter()
        .map(|path| {
            let name = path.strip_prefix(root()).unwrap().to_string_lossy().replace('\\', "/");
            let text = fs::read_to_string(&path).unwrap();
            (name, text)
        })
        .collect()
}

/// Source without its unit tests and without comments: the rules are about what the program does.
fn program(text: &str) -> String {
    let text = text.split("#[cfg(test)]\nmod ").next().unwrap_or_default();
    text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

fn in_one_of(file: &str, places: &[&str]) -> bool {
    places.iter().any(|place| file == *place || file.starts_with(&format!("{place}/")) || file == format!("{place}.rs"))
}

fn only_in(words: &[&str], places: &[&str]) {
    let mut files = sources("src", "rs");
    files.extend(sources("crates/domain/src", "rs"));
    files.extend(sources("crates/geometry/src", "rs"));
    files.extend(sources("crates/tiles/src", "rs"));
    let offenders: Vec<String> = files
        .iter()
        .filter(|(file, _)| !in_one_of(file, places))
        .flat_map(|(file, text)| {
            let text = program(text);
            words.iter().filter(|word| text.contains(**word)).map(|word| format!("{file}: {word}")).collect::<Vec<_>>()
        })
        .collect();
    assert!(offenders.is_empty(), "只有 {places:?} 可以使用 {words:?}；越界：\n{}", offenders.join("\n"));
}

fn never(place: &str, words: &[&str]) {
    let offenders: Vec<String> = sources("src", "rs")
        .iter()
        .filter(|(file, _)| in_one_of(file, &[place]))
        .flat_map(|(file, text)| {
            let text = program(text);
            words.iter().filter(|word| text.contains(**word)).map(|word| format!("{file}: {word}")).collect::<Vec<_>>()
        })
        .collect();
    assert!(offenders.is_empty(), "{place} 不得使用 {words:?}：\n{}", offenders.join("\n"));
}

#[test]
fn only_the_store_speaks_sql() {
    only_in(&["sqlx::query", "sqlx::raw_sql", "QueryBuilder", "copy_in_raw", "copy_out_raw"], &["src/store"]);
}

#[test]
fn only_ingest_calls_gdal() {
    only_in(&["gdal::", "use gdal"], &["src/ingest"]);
}

#[test]
fn only_the_reprojection_calls_proj() {
    only_in(&["proj::", "use proj"], &["crates/geometry/src/reproject"]);
}

#[test]
fn only_serve_knows_axum() {
    only_in(&["axum::", "use axum"], &["src/serve"]);
}

#[test]
fn nothing_said_breaks_on_a_reader_that_went_away() {
    never("src", &["println!(", "eprint!(", " print!("]);
}

#[test]
fn only_the_clock_asks_for_the_date() {
    only_in(&["Utc::now(", "Local::now(", "SystemTime::now("], &["src/clock"]);
}

#[test]
fn ingest_and_store_do_not_know_each_other() {
    never("src/ingest", &["crate::store", "crate::app", "crate::serve", "sqlx::"]);
    never("src/store", &["crate::ingest", "crate::app", "crate::serve"]);
}

#[test]
fn serve_and_cli_reach_the_store_only_through_app() {
    never("src/serve", &["crate::store", "sqlx::"]);
    never("src/cli", &["crate::store", "sqlx::"]);
}

#[test]
fn reports_are_made_of_what_the_use_cases_answer() {
    never("src/report", &["crate::store", "crate::serve", "crate::ingest", "crate::city", "sqlx::"]);
    never("src/app", &["crate::report"]);
}

#[test]
fn the_snapshot_loads_nothing_itself() {
    never("src/city", &["crate::store", "crate::app", "crate::ingest", "sqlx::", "mujun_domain"]);
}

#[test]
fn the_domain_depends_on_nothing_that_touches_the_world() {
    let manifest = fs::read_to_string(root().join("crates/domain/Cargo.toml")).unwrap();
    let dependencies = manifest.split("[dependencies]").nth(1).unwrap().split("\n[").next().unwrap();
    let allowed = ["chrono", "serde", "serde_json", "sha2", "thiserror", "toml"];
    for line in dependencies.lines().filter(|line| line.contains('=')) {
        let name = line.split('=').next().unwrap().trim();
        assert!(allowed.contains(&name), "crates/domain 不得依赖 {name}");
    }
    for (file, text) in sources("crates/domain/src", "rs") {
        for word in ["std::fs", "std::env", "std::net", "async fn", "mujun_geometry"] {
            assert!(!program(&text).contains(word), "{file} 不得使用 {word}");
        }
    }
}

#[test]
fn the_tile_kernel_depends_on_nothing_but_arithmetic() {
    let manifest = fs::read_to_string(root().join("crates/tiles/Cargo.toml")).unwrap();
    let dependencies = manifest.split("[dependencies]").nth(1).unwrap().split("\n[").next().unwrap();
    let allowed = ["i_overlay", "rayon"];
    for line in dependencies.lines().filter(|line| line.contains('=') && !line.starts_with('#')) {
        let name = line.split('=').next().unwrap().trim();
        assert!(allowed.contains(&name), "crates/tiles 不得依赖 {name}");
    }
    for (file, text) in sources("crates/tiles/src", "rs") {
        for word in ["std::fs", "std::env", "std::net", "std::time", "async fn"] {
            assert!(!program(&text).contains(word), "{file} 不得使用 {word}");
        }
    }
}

#[test]
fn the_kernels_do_not_know_what_a_parcel_is() {
    for (file, text) in sources("crates/geometry/src", "rs").into_iter().chain(sources("crates/tiles/src", "rs")) {
        let text = program(&text).to_lowercase();
        for word in ["parcel", "supply", "approval", "mujun_domain"] {
            assert!(!text.contains(word), "{file} 不得出现 {word}");
        }
    }
}

#[test]
fn no_threshold_of_law_is_written_in_rust() {
    // Values that only the rulebook and the registers may hold: 1.5, 60 %, 8 m, 16 000 亩, 20 %, 25 %, one third, 37 and 240 万元/亩.
    let legal = ["1.5", "0.60", "8.0", "16_000", "16000", "0.25", "240.0", "37.0"];
    let mut files = sources("crates/domain/src", "rs");
    files.extend(
        sources("src", "rs").into_iter().filter(|(file, _)| in_one_of(file, &["src/app", "src/city", "src/store", "src/serve"])),
    );
    for (file, text) in files {
        for (number, line) in program(&text).lines().enumerate() {
            for token in line.split(|c: char| !(c.is_ascii_alphanumeric() || c == '.' || c == '_')) {
                let token = token.trim_end_matches("f64").trim_end_matches('_');
                assert!(!legal.contains(&token), "{file} 第 {} 行附近写有法定数值 {token}：它属于 rulebook/", number + 1);
            }
        }
    }
}

#[test]
fn files_stay_short_enough_to_read() {
    const LIMIT: usize = 600;
    let mut files = sources("src", "rs");
    files.extend(sources("crates", "rs"));
    files.extend(sources("tests", "rs"));
    let long: Vec<String> = files
        .iter()
        .map(|(file, text)| (file, text.lines().count()))
        .filter(|(_, lines)| *lines > LIMIT)
        .map(|(file, lines)| format!("{file}: {lines} 行"))
        .collect();
    assert!(long.is_empty(), "超过 {LIMIT} 行的文件：\n{}", long.join("\n"));
}

#[test]
fn a_landed_migration_is_never_edited() {
    let listed = include_str!("../../migrations/DIGESTS");
    let mut actual = String::new();
    for (file, text) in sources("migrations", "sql") {
        let name = file.trim_start_matches("migrations/");
        let digest = Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        actual.push_str(&format!("{digest}  {name}\n"));
    }
    assert_eq!(listed, actual, "migrations/ 与 migrations/DIGESTS 不符：已落地的迁移不得修改，新迁移须登记其 SHA-256");
}
