//! Runs, findings and states: written once, one current, what the database refuses.

use std::collections::BTreeMap;

use chrono::DateTime;
use mujun::store::finding::{self, NewFinding, NewParcelState};
use mujun::store::run::{self, NewRun};
use mujun::store::{StoreError, import};
use sqlx::PgConnection;

use super::fixture::{day, square};
use crate::support::TestCity;

fn new_run(edition: &str) -> NewRun {
    NewRun {
        as_of: day("2026-06-30"),
        known_at: DateTime::parse_from_rfc3339("2026-07-01T00:00:00Z").unwrap().to_utc(),
        rulebook_edition: edition.into(),
        rulebook_digest: "a".repeat(64),
        facts_revision: 0,
        library_versions: BTreeMap::from([("proj".to_owned(), "9.1.1".to_owned())]),
        findings_sha256: "b".repeat(64),
        subjects: 1,
    }
}

fn flagged() -> NewFinding<'static> {
    NewFinding {
        division_code: "330402".into(),
        subject_kind: "approval",
        subject_code: "浙土字〔2021〕1 号".into(),
        rule_id: "approved-not-supplied".into(),
        parcel_code: None,
        force: "binding",
        outcome: "unmet",
        flag: Some("approved_not_supplied"),
        flagged_area_m2: Some(1_234.5),
        detail: r#"{"rule": "批而未供"}"#,
        geom: Some(square(1).surface),
    }
}

fn state(code: &str) -> NewParcelState {
    NewParcelState {
        division_code: "330402".into(),
        parcel_code: code.into(),
        site_area_m2: 10_000.0,
        site_area_basis: "documentary",
        footprint_m2: Some(3_000.0),
        counting_floor_area_m2: None,
        floor_area_basis: None,
        plot_ratio: None,
        building_density: Some(0.3),
        building_count: 2,
        kinds: vec!["supplied_not_used".into(), "underused".into()],
        counted_kind: Some("supplied_not_used".into()),
        flagged_area_m2: 10_000.0,
        undetermined_count: 1,
    }
}

pub async fn recorded_run(conn: &mut PgConnection) -> i64 {
    run::insert(conn, &new_run("jiaxing-2023")).await.unwrap()
}

#[tokio::test]
async fn the_current_run_is_the_one_last_set() {
    let city = TestCity::new().await;
    let mut conn = city.connection().await;
    assert!(run::current(&mut conn).await.unwrap().is_none());
    let first = recorded_run(&mut conn).await;
    let second = run::insert(&mut conn, &new_run("next")).await.unwrap();
    assert!(run::current(&mut conn).await.unwrap().is_none());
    run::set_current(&mut conn, second).await.unwrap();
    run::set_current(&mut conn, first).await.unwrap();
    let current = run::current(&mut conn).await.unwrap().unwrap();
    assert_eq!((current.run_id, &current.run), (first, &new_run("jiaxing-2023")));
    assert_eq!(run::by_id(&mut conn, second).await.unwrap().unwrap().run.rulebook_edition, "next");
    assert!(run::by_id(&mut conn, 99).await.unwrap().is_none());
    let listed = async |conn: &mut PgConnection, limit, before| {
        run::list(conn, limit, before).await.unwrap().iter().map(|run| run.run_id).collect::<Vec<_>>()
    };
    assert_eq!(listed(&mut conn, 10, None).await, [second, first]);
    assert_eq!(listed(&mut conn, 1, None).await, [second]);
    assert_eq!(listed(&mut conn, 10, Some(second)).await, [first]);
}

#[tokio::test]
async fn findings_keep_their_evidence_and_their_ground() {
    let city = TestCity::new().await;
    let mut conn = city.connection().await;
    let id = recorded_run(&mut conn).await;
    let plain = NewFinding {
        subject_kind: "parcel",
        parcel_code: Some("P1".into()),
        outcome: "met",
        flag: None,
        flagged_area_m2: None,
        geom: None,
        ..flagged()
    };
    assert_eq!(finding::insert(&mut conn, id, &[flagged(), plain]).await.unwrap(), 2);
    finding::analyze(&mut conn).await.unwrap();
    let rows: Vec<(String, Option<f64>, String, Option<bool>)> = sqlx::query_as(
        "select subject_kind, flagged_area_m2, detail->>'rule', st_isvalid(geom) from finding order by subject_kind",
    )
    .fetch_all(&mut conn)
    .await
    .unwrap();
    let said = "批而未供".to_owned();
    assert_eq!(rows, [("approval".into(), Some(1_234.5), said.clone(), Some(true)), ("parcel".into(), None, said, None)]);
}

#[tokio::test]
async fn a_flag_without_an_area_is_refused_by_name() {
    let city = TestCity::new().await;
    let mut conn = city.connection().await;
    let id = recorded_run(&mut conn).await;
    let odd = NewFinding { flagged_area_m2: None, ..flagged() };
    let fault = finding::insert(&mut conn, id, &[odd]).await.unwrap_err();
    assert!(matches!(&fault, StoreError::CheckViolated { constraint, .. } if constraint == "finding_flag_has_area"), "{fault:?}");
}

#[tokio::test]
async fn states_keep_their_kinds_in_order_and_may_have_none() {
    let city = TestCity::new().await;
    let mut conn = city.connection().await;
    let id = recorded_run(&mut conn).await;
    let calm = NewParcelState { kinds: vec![], counted_kind: None, flagged_area_m2: 0.0, ..state("P2") };
    assert_eq!(finding::insert_parcel_states(&mut conn, id, &[state("P1"), calm]).await.unwrap(), 2);
    let rows: Vec<(Vec<String>, Option<f64>)> =
        sqlx::query_as("select kinds, building_density from parcel_state order by parcel_code")
            .fetch_all(&mut conn)
            .await
            .unwrap();
    assert_eq!(rows, [(state("P1").kinds, Some(0.3)), (vec![], Some(0.3))]);
    let odd = NewParcelState { counted_kind: Some("underused".into()), kinds: vec![], ..state("P3") };
    let fault = finding::insert_parcel_states(&mut conn, id, &[odd]).await.unwrap_err();
    assert!(fault.to_string().contains("parcel_state_counted_kind_is_one_of_kinds"), "{fault}");
}

#[tokio::test]
async fn an_import_is_named_as_the_source_of_its_rows() {
    let city = TestCity::new().await;
    let mut conn = city.connection().await;
    assert!(import::sources(&mut conn).await.unwrap().is_empty());
    let new = super::fixture::file(mujun::register::RegisterKind::Supplies, "合同.xlsx", 0);
    let id = import::insert(&mut conn, &new).await.unwrap();
    let source = import::sources(&mut conn).await.unwrap().remove(&id).unwrap();
    assert_eq!((source.kind.as_str(), source.file_name.as_str(), source.is_synthetic), ("supplies", "合同.xlsx", true));
    assert_eq!(source.observed_on, Some(day("2026-06-30")));
}
