//! Every statement of the store is one the migrated schema understands, and says which question it answers.

use std::path::{Path, PathBuf};

use sqlx::{AssertSqlSafe, Executor, SqlSafeStr};

use crate::support::TestCity;

fn sql_files() -> Vec<(String, String)> {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, found);
            } else {
                assert_eq!(path.extension().and_then(|e| e.to_str()), Some("sql"), "{}", path.display());
                found.push(path);
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/store/sql");
    let mut paths = Vec::new();
    walk(&root, &mut paths);
    paths.sort();
    let named = |path: PathBuf| {
        let text = std::fs::read_to_string(&path).unwrap();
        (path.strip_prefix(&root).unwrap().display().to_string(), text)
    };
    paths.into_iter().map(named).collect()
}

/// The files that are statements as they stand, and the statements that the templates of `register/` make for every register.
fn statements() -> Vec<(String, String)> {
    let plain = sql_files().into_iter().filter(|(name, _)| !name.starts_with("register/"));
    plain.chain(mujun::store::register_statements().into_iter().map(|(name, text)| (name, text.to_owned()))).collect()
}

#[tokio::test]
async fn every_statement_can_be_prepared_against_the_migrated_schema() {
    let city = TestCity::new().await;
    let mut conn = city.connection().await;
    let files = statements();
    assert!(files.len() > 200, "{}", files.len());
    // One transaction: the staging tables, which the statements name, live as long as it does.
    conn.execute("begin").await.unwrap();
    for (name, text) in files.iter().filter(|(name, _)| name.ends_with("/stage.sql") || name.ends_with("/stage")) {
        conn.execute(AssertSqlSafe(text.clone())).await.unwrap_or_else(|fault| panic!("{name}: {fault}"));
    }
    let mut refused = Vec::new();
    for (name, text) in files {
        conn.execute("savepoint before").await.unwrap();
        if let Err(fault) = (&mut conn).prepare(AssertSqlSafe(text).into_sql_str()).await {
            refused.push(format!("{name}: {fault}"));
            conn.execute("rollback to before").await.unwrap();
        }
    }
    assert!(refused.is_empty(), "{}", refused.join("\n"));
}

#[test]
fn no_slot_of_a_template_is_left_open() {
    let open: Vec<String> = mujun::store::register_statements()
        .into_iter()
        .filter(|(_, text)| text.contains(['{', '}']))
        .map(|(name, _)| name)
        .collect();
    assert!(open.is_empty(), "{open:?}");
}

#[test]
fn every_statement_opens_with_the_question_it_answers() {
    let silent: Vec<String> = sql_files()
        .into_iter()
        .filter(|(_, text)| {
            let head: String = text.lines().take_while(|line| line.starts_with("--")).collect();
            !head.contains('?')
        })
        .map(|(name, _)| name)
        .collect();
    assert!(silent.is_empty(), "{silent:?}");
}

#[test]
fn keywords_are_in_lower_case() {
    let loud: Vec<String> = sql_files()
        .into_iter()
        .filter(|(_, text)| {
            let code = text.lines().filter(|line| !line.trim_start().starts_with("--"));
            code.flat_map(|line| line.split(|c: char| !c.is_ascii_alphabetic()))
                .any(|word| ["SELECT", "FROM", "WHERE", "INSERT", "UPDATE", "WITH", "JOIN", "ORDER"].contains(&word))
        })
        .map(|(name, _)| name)
        .collect();
    assert!(loud.is_empty(), "{loud:?}");
}
