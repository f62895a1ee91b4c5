//! What makes an import the same as another, what is kept of it, and what happens to a file too large or too bad to be held in memory.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use mujun::app::import::{
    ISSUES_KEPT, ImportEnding, ImportError, ImportMode, ImportReport, ImportRequest, ImportStep, MappingChoice, import, unwatched,
};
use mujun::ingest::{IngestError, ReadOptions};
use mujun::register::{EnterpriseRecord, RegisterKind};
use mujun::store::intake::{Batch, Intake};
use mujun::store::{self, enterprise, import as imports};
use mujun_geometry::crs::Crs;
use sqlx::{Connection, Executor, PgConnection, Row};

use crate::support::{TestCity, reachable_folder};

async fn city_with_divisions(folder: &Path) -> TestCity {
    let city = TestCity::new().await;
    let path = folder.join("divisions.geojson");
    std::fs::write(&path, mujun::sample::DIVISIONS_GEOJSON).unwrap();
    import(&city.pool, ImportRequest::new(RegisterKind::Divisions, path), &unwatched).await.unwrap();
    city
}

async fn take(city: &TestCity, request: ImportRequest) -> ImportReport {
    import(&city.pool, request, &unwatched).await.unwrap()
}

/// Squares from a corner on, with cadastral codes.
fn squares(folder: &Path, name: &str, corner: (f64, f64), rows: usize) -> PathBuf {
    let features: Vec<String> = (0..rows)
        .map(|n| {
            let (x, y) = (corner.0 + (n % 100) as f64 * 0.0004, corner.1 + (n / 100) as f64 * 0.0004);
            let (e, u) = (x + 0.0003, y + 0.0003);
            format!(
                r#"{{"type":"Feature","properties":{{"宗地代码":"330402001001GB{n:05}"}},"geometry":{{"type":"Polygon",
                "coordinates":[[[{x:.6},{y:.6}],[{e:.6},{y:.6}],[{e:.6},{u:.6}],[{x:.6},{u:.6}],[{x:.6},{y:.6}]]]}}}}"#
            )
        })
        .collect();
    let path = folder.join(name);
    std::fs::write(&path, format!(r#"{{"type":"FeatureCollection","features":[{}]}}"#, features.join(",\n"))).unwrap();
    path
}

fn enterprises(folder: &Path, name: &str, codes: impl Iterator<Item = String>) -> PathBuf {
    let mut text = "行政区代码,企业代码,企业名称\n".to_owned();
    for code in codes {
        writeln!(text, "330402,{code},示例企业").unwrap();
    }
    let path = folder.join(name);
    std::fs::write(&path, text).unwrap();
    path
}

#[tokio::test]
async fn the_same_file_with_the_same_decisions_changes_nothing_and_another_decision_is_another_import() {
    let folder = reachable_folder();
    let city = city_with_divisions(folder.path()).await;
    let path = squares(folder.path(), "a.geojson", (120.75, 30.75), 3);
    let plain = ImportRequest::new(RegisterKind::Parcels, path.clone());
    let first = take(&city, plain.clone()).await;
    let ImportEnding::Committed { import_id, .. } = first.ending else { panic!("{:?}", first.ending) };
    let again = take(&city, plain.clone()).await;
    assert_eq!(again.ending, ImportEnding::AlreadyRecorded { import_id });
    assert_eq!((again.source.rows_read, again.appended.unchanged), (3, 3));
    let in_crs = ImportRequest { options: ReadOptions::in_crs(Crs::CGCS2000), ..plain.clone() };
    let decided = take(&city, in_crs.clone()).await;
    assert!(matches!(decided.ending, ImportEnding::Committed { .. }), "{:?}", decided.ending);
    assert_eq!(decided.appended.unchanged, 3);
    assert!(matches!(take(&city, in_crs).await.ending, ImportEnding::AlreadyRecorded { .. }));
    let dated = ImportRequest { observed_on: Some("2026-06-30".parse().unwrap()), ..plain.clone() };
    assert!(matches!(take(&city, dated).await.ending, ImportEnding::Committed { .. }));
    // Who sent it and when it came are kept with an import, but they change none of its rows.
    let named = ImportRequest { provider: Some("某局".into()), received_on: Some("2026-07-02".parse().unwrap()), ..plain };
    assert!(matches!(take(&city, named).await.ending, ImportEnding::AlreadyRecorded { .. }));
}

#[tokio::test]
async fn the_provider_and_the_days_are_kept_with_the_import_and_told() {
    let folder = reachable_folder();
    let city = city_with_divisions(folder.path()).await;
    let path = squares(folder.path(), "a.geojson", (120.75, 30.75), 1);
    let output = crate::cli::run(
        &city,
        &[
            "import",
            "parcels",
            &path.display().to_string(),
            "--provider",
            "某局",
            "--received-on",
            "2026-07-02",
            "--observed-on",
            "2026-06-30",
            "--crs",
            "EPSG:4490",
        ],
    )
    .await;
    let said = crate::cli::said(&output);
    for words in ["提供单位 某局", "数据时点 2026-06-30", "收文日期 2026-07-02"] {
        assert!(said.contains(words), "{words}: {said}");
    }
    let row =
        sqlx::query("select provider, received_on::text, observed_on::text, decisions::text from import where kind = 'parcels'")
            .fetch_one(&city.pool)
            .await
            .unwrap();
    let kept: [String; 4] = std::array::from_fn(|at| row.get(at));
    assert_eq!(kept, ["某局", "2026-07-02", "2026-06-30", r#"{"crs": 4490, "observed_on": "2026-06-30"}"#]);
    let listed = store::read::import::imports(&mut city.connection().await, 1).await.unwrap();
    assert_eq!(listed[0].received_on, Some("2026-07-02".parse().unwrap()));
}

#[tokio::test]
async fn a_fault_that_is_known_only_at_the_end_takes_back_every_row_that_went_in() {
    let folder = reachable_folder();
    let city = city_with_divisions(folder.path()).await;
    let path = squares(folder.path(), "elsewhere.geojson", (110.0, 25.0), 6_000);
    let fault = import(&city.pool, ImportRequest::new(RegisterKind::Parcels, path), &unwatched).await.unwrap_err();
    assert!(matches!(fault, ImportError::File(IngestError::OutsideCity { rows: 6_000, .. })), "{fault:?}");
    let mut conn = city.connection().await;
    let left: i64 = sqlx::query_scalar(
        "select (select count(*) from parcel) + (select count(*) from import_issue) + (select count(*) from import where kind = 'parcels')",
    )
    .fetch_one(&mut conn)
    .await
    .unwrap();
    assert_eq!(left, 0);
}

#[tokio::test]
async fn a_dry_run_does_everything_and_leaves_nothing() {
    let folder = reachable_folder();
    let city = city_with_divisions(folder.path()).await;
    let path = squares(folder.path(), "a.geojson", (120.75, 30.75), 5);
    let report = take(&city, ImportRequest { mode: ImportMode::DryRun, ..ImportRequest::new(RegisterKind::Parcels, path) }).await;
    assert_eq!((report.ending, report.appended.new), (ImportEnding::Discarded, 5));
    let imports: i64 =
        sqlx::query_scalar("select count(*) from import where kind = 'parcels'").fetch_one(&city.pool).await.unwrap();
    assert_eq!(imports, 0);
}

#[tokio::test]
async fn of_a_file_whose_every_row_is_at_fault_all_issues_are_listed_and_recorded_and_a_bounded_number_reported() {
    let folder = reachable_folder();
    let city = city_with_divisions(folder.path()).await;
    let rows = ISSUES_KEPT + 1_000;
    // The first row gives the second its duplicate, and so on.
    let path = enterprises(folder.path(), "same.csv", (0..rows).map(|_| "Q1".to_owned()));
    let json =
        crate::cli::run(&city, &["import", "enterprises", &path.display().to_string(), "--dry-run", "--report", "json"]).await;
    let json: serde_json::Value = serde_json::from_slice(&json.stdout).unwrap_or_else(|_| panic!("{}", crate::cli::said(&json)));
    assert_eq!(json["ending"]["outcome"], "discarded");
    let listed = json["issue_list"].as_array().unwrap();
    assert_eq!((Some(listed.len() as u64), json["issue_count"].as_u64()), (json["issue_count"].as_u64(), Some(rows as u64 - 1)));
    assert_eq!(listed[rows - 2]["row_number"].as_u64(), Some(rows as u64), "the last of them");
    let list = folder.path().join("list.jsonl");
    let request = ImportRequest { issue_list: Some(list.clone()), ..ImportRequest::new(RegisterKind::Enterprises, path) };
    let tried = take(&city, ImportRequest { mode: ImportMode::DryRun, ..request.clone() }).await;
    let lines = |list: &Path| std::fs::read_to_string(list).unwrap().lines().count();
    assert_eq!((tried.ending, lines(&list)), (ImportEnding::Discarded, rows - 1));
    let report = take(&city, request).await;
    let ImportEnding::Committed { import_id, .. } = report.ending else { panic!("{:?}", report.ending) };
    assert_eq!((report.appended.new, report.source.rows_quarantined as usize), (1, rows - 1));
    assert_eq!((report.issues.len(), lines(&list)), (ISSUES_KEPT, rows - 1));
    assert_eq!((tried.issue_count, tried.issue_counts), (report.issue_count, report.issue_counts.clone()));
    let (recorded, with_row): (i64, i64) =
        sqlx::query_as("select count(*), count(raw_row) from import_issue where import_id = $1")
            .bind(import_id)
            .fetch_one(&city.pool)
            .await
            .unwrap();
    assert_eq!((recorded as u64, with_row as usize), (report.issue_count, rows - 1));
    assert!(report.issue_count as usize >= rows - 1, "{}", report.issue_count);
}

#[tokio::test]
async fn progress_is_told_in_order_and_counts_every_row() {
    let folder = reachable_folder();
    let city = city_with_divisions(folder.path()).await;
    let path = squares(folder.path(), "a.geojson", (120.70, 30.70), 9_000);
    let told = Mutex::new(Vec::new());
    let request = ImportRequest::new(RegisterKind::Parcels, path);
    import(&city.pool, request, &|progress| told.lock().unwrap().push(progress)).await.unwrap();
    let told = told.into_inner().unwrap();
    assert!(told.is_sorted_by_key(|progress| progress.step));
    let reading: Vec<u64> = told.iter().filter(|p| p.step == ImportStep::Reading).map(|p| p.rows).collect();
    assert_eq!(reading, [0, 4_096, 8_192, 9_000]);
    assert!(told.iter().any(|progress| progress.of == Some(9_000)));
}

#[tokio::test]
async fn a_mapping_given_as_text_is_part_of_the_identity() {
    let folder = reachable_folder();
    let city = city_with_divisions(folder.path()).await;
    let path = squares(folder.path(), "a.geojson", (120.75, 30.75), 1);
    let toml =
        std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("geodata/mappings/parcels-standard.toml")).unwrap();
    let text = |toml: String| ImportRequest {
        mapping: MappingChoice::Text { name: "parcels-standard".into(), toml },
        ..ImportRequest::new(RegisterKind::Parcels, path.clone())
    };
    assert!(matches!(take(&city, text(toml.clone())).await.ending, ImportEnding::Committed { .. }));
    assert!(matches!(take(&city, text(toml.clone())).await.ending, ImportEnding::AlreadyRecorded { .. }));
    assert!(matches!(take(&city, text(toml + "\n# 改过\n")).await.ending, ImportEnding::Committed { .. }));
}

fn many(from: usize, to: usize, name: &str) -> Vec<(i32, EnterpriseRecord)> {
    (from..to)
        .zip(1..)
        .map(|(n, row)| {
            let record = EnterpriseRecord {
                division_code: "330402".into(),
                enterprise_code: format!("Q{n:06}"),
                name: name.into(),
                industry_edition: None,
                industry_code: None,
                observed_on: None,
            };
            (row, record)
        })
        .collect()
}

fn batch(intake: &Intake<EnterpriseRecord>, rows: &[(i32, EnterpriseRecord)]) -> Batch {
    let (plan, mut batch) = (intake.plan(), Batch::default());
    rows.iter().for_each(|(number, record)| batch.push(&plan.encode(*number, record).unwrap()));
    batch
}

/// Takes rows in as an import does, in stretches; `expected` decides the way.
async fn taken(
    conn: &mut PgConnection,
    name: &str,
    rows: Vec<(i32, EnterpriseRecord)>,
    expected: Option<u64>,
) -> store::Appended {
    let mut tx = conn.begin().await.unwrap();
    let id = imports::insert(&mut tx, &crate::store::fixture::file(RegisterKind::Enterprises, name, rows.len())).await.unwrap();
    let mut intake = Intake::<EnterpriseRecord>::begin(&mut tx, id, expected).await.unwrap();
    for stretch in rows.chunks(4_096) {
        intake.write(&mut tx, batch(&intake, stretch)).await.unwrap();
    }
    let appended = intake.finish(&mut tx).await.unwrap();
    imports::complete(&mut tx, id, &appended).await.unwrap();
    imports::record_revision(&mut tx, Some(id), "导入企业").await.unwrap();
    tx.commit().await.unwrap();
    appended
}

/// Why rows cannot be taken into an empty register in bulk.
async fn refused(tx: &mut PgConnection, rows: Vec<(i32, EnterpriseRecord)>) -> store::StoreError {
    let file = crate::store::fixture::file(RegisterKind::Enterprises, "a", rows.len());
    let id = imports::insert(&mut *tx, &file).await.unwrap();
    let mut intake = Intake::<EnterpriseRecord>::begin(&mut *tx, id, Some(1_000_000)).await.unwrap();
    intake.write(&mut *tx, batch(&intake, &rows)).await.unwrap();
    intake.finish(tx).await.unwrap_err()
}

/// Indexes, constraints and resting triggers of the register, as the server writes them.
async fn dress(conn: &mut PgConnection) -> BTreeSet<String> {
    sqlx::query_scalar(
        "select indexdef from pg_indexes where tablename = 'enterprise'
         union all select conname || ' ' || pg_get_constraintdef(oid) || convalidated from pg_constraint where conrelid = 'enterprise'::regclass
         union all select tgname || ' ' || tgenabled::text from pg_trigger where tgrelid = 'enterprise'::regclass and tgenabled <> 'O'",
    )
    .fetch_all(conn)
    .await
    .unwrap()
    .into_iter()
    .collect()
}

async fn present(conn: &mut PgConnection) -> Vec<(EnterpriseRecord, i32)> {
    enterprise::known_at(conn, None).await.unwrap().into_iter().map(|kept| (kept.record, kept.source_row)).collect()
}

#[tokio::test]
async fn a_register_filled_in_bulk_is_the_same_as_one_filled_row_by_row_and_is_dressed_as_before() {
    const MANY: usize = 6_000;
    // What the file is expected to hold decides the way, not what it turns out to hold.
    const BULK: Option<u64> = Some(1_000_000);
    const KEYS: Option<u64> = Some(20_000);
    let folder = reachable_folder();
    let (bulk, plain) = (city_with_divisions(folder.path()).await, city_with_divisions(folder.path()).await);
    let (mut bulk, mut plain) = (bulk.connection().await, plain.connection().await);
    let before = dress(&mut bulk).await;
    assert!(before.len() > 5, "{before:?}");
    let counts = |new, changed, unchanged| store::Appended { new, changed, unchanged };
    assert_eq!(taken(&mut bulk, "a", many(0, MANY, "甲"), BULK).await, counts(6_000, 0, 0));
    assert_eq!(taken(&mut plain, "a", many(0, MANY, "甲"), None).await, counts(6_000, 0, 0));
    assert_eq!(dress(&mut bulk).await, before);
    // Half of the next file is known: its keys are fetched and new ones go straight in, or everything is staged.
    let next: Vec<_> = many(MANY - 5_000, MANY + 10, "乙");
    assert_eq!(taken(&mut bulk, "b", next.clone(), KEYS).await, counts(10, 5_000, 0));
    assert_eq!(taken(&mut plain, "b", next.clone(), None).await, counts(10, 5_000, 0));
    assert_eq!(taken(&mut bulk, "c", next.clone(), KEYS).await, counts(0, 0, 5_010));
    assert_eq!(taken(&mut plain, "c", next, None).await, counts(0, 0, 5_010));
    assert_eq!(present(&mut bulk).await, present(&mut plain).await);
    assert_eq!(dress(&mut bulk).await, before);
}

#[tokio::test]
async fn a_row_that_refers_to_nothing_is_refused_in_bulk_as_well() {
    let folder = reachable_folder();
    let city = city_with_divisions(folder.path()).await;
    let mut conn = city.connection().await;
    let before = dress(&mut conn).await;
    let mut rows = many(0, 3, "甲");
    rows[2].1.division_code = "110101".into();
    let mut tx = conn.begin().await.unwrap();
    let fault = refused(&mut tx, rows).await;
    assert!(matches!(fault, store::StoreError::UnknownReference { what: "行政区", .. }), "{fault:?}");
    tx.rollback().await.unwrap();
    // More counties than are gathered while the rows pass by: the register itself is looked through.
    let mut rows = many(0, 6_000, "甲");
    rows.iter_mut().enumerate().for_each(|(at, (_, row))| row.division_code = format!("{at:06}"));
    let mut tx = conn.begin().await.unwrap();
    let fault = refused(&mut tx, rows).await;
    assert!(matches!(fault, store::StoreError::UnknownReference { what: "行政区", .. }), "{fault:?}");
    tx.rollback().await.unwrap();
    assert_eq!(dress(&mut conn).await, before);
}

#[tokio::test]
async fn while_somebody_reads_the_empty_register_it_is_filled_with_its_indexes_in_place() {
    let folder = reachable_folder();
    let city = city_with_divisions(folder.path()).await;
    let (mut reader, mut conn) = (city.connection().await, city.connection().await);
    reader.execute("begin; select count(*) from enterprise").await.unwrap();
    let before = dress(&mut conn).await;
    let appended = taken(&mut conn, "a", many(0, 10, "甲"), Some(1_000_000)).await;
    assert_eq!(appended.new, 10);
    reader.execute("commit").await.unwrap();
    assert_eq!(dress(&mut conn).await, before);
}

#[tokio::test]
async fn what_was_fixed_before_a_register_is_filled_in_bulk_does_not_see_it() {
    let folder = reachable_folder();
    let city = city_with_divisions(folder.path()).await;
    let (mut reader, mut conn) = (city.connection().await, city.connection().await);
    let count = "select count(*) from enterprise";
    let mut fixed = reader.begin().await.unwrap();
    store::connection::hold_registers(&mut fixed).await.unwrap();
    fixed.execute("select count(*) from division").await.unwrap();
    let appended = taken(&mut conn, "a", many(0, 10, "甲"), Some(1_000_000)).await;
    assert_eq!(appended.new, 10);
    assert_eq!(sqlx::query_scalar::<_, i64>(count).fetch_one(&mut *fixed).await.unwrap(), 0);
    fixed.rollback().await.unwrap();
    assert_eq!(sqlx::query_scalar::<_, i64>(count).fetch_one(&mut reader).await.unwrap(), 10);
}

#[tokio::test]
async fn who_owns_the_registers_and_nothing_more_fills_them_in_bulk_as_well() {
    let folder = reachable_folder();
    let city = city_with_divisions(folder.path()).await;
    let mut conn = city.connection().await;
    let before = dress(&mut conn).await;
    conn.execute("do $$ begin execute format('create role owner_only in role %I', current_user); end $$").await.unwrap();
    conn.execute("set role owner_only").await.unwrap();
    let is_superuser: String = sqlx::query_scalar("show is_superuser").fetch_one(&mut conn).await.unwrap();
    assert_eq!(is_superuser, "off");
    let mut astray = many(0, 3, "甲");
    astray[1].1.division_code = "110101".into();
    let mut tx = conn.begin().await.unwrap();
    let fault = refused(&mut tx, astray).await;
    assert!(matches!(fault, store::StoreError::UnknownReference { what: "行政区", .. }), "{fault:?}");
    tx.rollback().await.unwrap();
    assert_eq!(taken(&mut conn, "b", many(0, 3, "甲"), Some(1_000_000)).await.new, 3);
    assert_eq!(dress(&mut conn).await, before);
}
