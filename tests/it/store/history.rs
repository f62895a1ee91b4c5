//! How a register keeps its past: unchanged, changed, new; nothing overwritten; every instant readable.

use chrono::{DateTime, Utc};
use mujun::register::{ParcelRecord, RegisterKind};
use mujun::store::{Appended, REVISION_CHANNEL, StoreError, import, parcel};
use sqlx::postgres::PgListener;
use sqlx::{Connection, PgConnection};

use super::fixture::{day, file, import_parcels, numbered, parcel, square, with_division};
use crate::support::TestCity;

fn appended(new: i32, changed: i32, unchanged: i32) -> Appended {
    Appended { new, changed, unchanged }
}

async fn codes_at(conn: &mut PgConnection, at: Option<DateTime<Utc>>) -> Vec<(String, Option<String>)> {
    let rows = parcel::known_at(conn, at).await.unwrap();
    rows.into_iter().map(|row| (row.record.parcel_code, row.record.right_holder)).collect()
}

async fn versions(conn: &mut PgConnection) -> i64 {
    sqlx::query_scalar("select count(*) from parcel").fetch_one(conn).await.unwrap()
}

#[tokio::test]
async fn rows_are_new_then_unchanged_then_changed() {
    let city = TestCity::new().await;
    let mut conn = city.connection().await;
    with_division(&mut conn).await;
    let (one, two) = (parcel("P1", 1), parcel("P2", 2));
    assert_eq!(import_parcels(&mut conn, "a", &[one.clone(), two.clone()]).await.unwrap(), appended(2, 0, 0));
    assert_eq!(import_parcels(&mut conn, "b", &[one.clone(), two.clone()]).await.unwrap(), appended(0, 0, 2));
    let moved = ParcelRecord { ground: square(3), ..two };
    assert_eq!(import_parcels(&mut conn, "c", &[one, moved, parcel("P3", 4)]).await.unwrap(), appended(1, 1, 1));
    assert_eq!(versions(&mut conn).await, 4);
}

#[tokio::test]
async fn an_empty_import_changes_nothing() {
    let city = TestCity::new().await;
    let mut conn = city.connection().await;
    assert_eq!(import_parcels(&mut conn, "a", &[]).await.unwrap(), appended(0, 0, 0));
}

#[tokio::test]
async fn the_past_stays_readable_at_every_instant() {
    let city = TestCity::new().await;
    let mut conn = city.connection().await;
    with_division(&mut conn).await;
    let before = parcel("P1", 1);
    let after = ParcelRecord { right_holder: Some("另一家".into()), ..before.clone() };
    import_parcels(&mut conn, "a", &[before]).await.unwrap();
    let first = parcel::known_at(&mut conn, None).await.unwrap()[0].recorded_at;
    import_parcels(&mut conn, "b", &[after]).await.unwrap();
    let second = parcel::known_at(&mut conn, None).await.unwrap()[0].recorded_at;
    assert!(first < second);
    let holder = |name: &str| vec![("P1".to_owned(), Some(name.to_owned()))];
    let just_before = |at: DateTime<Utc>| Some(at - chrono::Duration::microseconds(1));
    assert_eq!(codes_at(&mut conn, just_before(first)).await, []);
    assert_eq!(codes_at(&mut conn, Some(first)).await, holder("示例企业"));
    assert_eq!(codes_at(&mut conn, just_before(second)).await, holder("示例企业"));
    assert_eq!(codes_at(&mut conn, Some(second)).await, holder("另一家"));
    assert_eq!(codes_at(&mut conn, None).await, holder("另一家"));
}

#[tokio::test]
async fn a_key_named_twice_in_one_import_is_refused_with_its_rows() {
    let city = TestCity::new().await;
    let mut conn = city.connection().await;
    with_division(&mut conn).await;
    let fault = import_parcels(&mut conn, "a", &[parcel("P1", 1), parcel("P2", 2), parcel("P1", 3)]).await.unwrap_err();
    let StoreError::RepeatedKeys { keys, .. } = &fault else { panic!("{fault:?}") };
    assert_eq!((keys[0].code.as_str(), &keys[0].rows[..]), ("P1", &[1, 3][..]));
    assert!(fault.to_string().contains("第 1、3 行"), "{fault}");
    assert_eq!(versions(&mut conn).await, 0);
}

#[tokio::test]
async fn appending_again_within_an_import_replaces_what_nobody_saw() {
    let city = TestCity::new().await;
    let mut conn = city.connection().await;
    with_division(&mut conn).await;
    let mut tx = conn.begin().await.unwrap();
    let id = import::insert(&mut tx, &file(RegisterKind::Parcels, "a", 1)).await.unwrap();
    let first = parcel::append_versions(&mut tx, id, &numbered(&[parcel("P1", 1)])).await.unwrap();
    let again = parcel::append_versions(&mut tx, id, &numbered(&[parcel("P1", 2)])).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!((first, again), (appended(1, 0, 0), appended(0, 1, 0)));
    assert_eq!(versions(&mut conn).await, 1);
    assert_eq!(parcel::known_at(&mut conn, None).await.unwrap()[0].record.ground, square(2));
}

#[tokio::test]
async fn two_imports_in_one_transaction_leave_two_versions() {
    let city = TestCity::new().await;
    let mut conn = city.connection().await;
    with_division(&mut conn).await;
    let mut tx = conn.begin().await.unwrap();
    for (name, step) in [("a", 1), ("b", 2)] {
        let id = import::insert(&mut tx, &file(RegisterKind::Parcels, name, 1)).await.unwrap();
        parcel::append_versions(&mut tx, id, &numbered(&[parcel("P1", step)])).await.unwrap();
    }
    tx.commit().await.unwrap();
    assert_eq!(versions(&mut conn).await, 2);
    let empty: i64 =
        sqlx::query_scalar("select count(*) from parcel where isempty(recorded)").fetch_one(&mut conn).await.unwrap();
    assert_eq!(empty, 0);
}

#[tokio::test]
async fn a_writer_that_began_first_but_wrote_last_still_records_the_later_instant() {
    let city = TestCity::new().await;
    let (mut early, mut late) = (city.connection().await, city.connection().await);
    with_division(&mut early).await;
    let mut tx = early.begin().await.unwrap();
    sqlx::query("select now()").execute(&mut *tx).await.unwrap();
    import_parcels(&mut late, "late", &[parcel("P1", 1)]).await.unwrap();
    let id = import::insert(&mut tx, &file(RegisterKind::Parcels, "early", 1)).await.unwrap();
    let counts = parcel::append_versions(&mut tx, id, &numbered(&[parcel("P1", 2)])).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(counts, appended(0, 1, 0));
}

#[tokio::test]
async fn a_date_of_the_file_alone_is_no_change_and_a_date_of_the_row_is() {
    let city = TestCity::new().await;
    let mut conn = city.connection().await;
    with_division(&mut conn).await;
    let plain = parcel("P1", 1);
    import_parcels(&mut conn, "a", std::slice::from_ref(&plain)).await.unwrap();
    assert_eq!(parcel::known_at(&mut conn, None).await.unwrap()[0].record.observed_on, Some(day("2026-06-30")));
    let same_day = ParcelRecord { observed_on: Some(day("2026-06-30")), ..plain.clone() };
    assert_eq!(import_parcels(&mut conn, "b", &[same_day]).await.unwrap(), appended(0, 0, 1));
    let later = ParcelRecord { observed_on: Some(day("2026-07-01")), ..plain.clone() };
    assert_eq!(import_parcels(&mut conn, "c", &[later]).await.unwrap(), appended(0, 1, 0));
    assert_eq!(import_parcels(&mut conn, "d", &[plain]).await.unwrap(), appended(0, 0, 1));
}

#[tokio::test]
async fn the_same_file_is_found_again_and_cannot_be_recorded_twice() {
    let city = TestCity::new().await;
    let mut conn = city.connection().await;
    with_division(&mut conn).await;
    let known = file(RegisterKind::Parcels, "a", 0);
    let find = async |conn: &mut PgConnection| {
        import::find_same_file(conn, known.kind, &known.file_sha256, &known.mapping_sha256, &known.decisions).await.unwrap()
    };
    assert!(find(&mut conn).await.is_none());
    import_parcels(&mut conn, "a", &[parcel("P1", 1)]).await.unwrap();
    assert_eq!(find(&mut conn).await.unwrap().file_name, "a");
    assert!(matches!(import_parcels(&mut conn, "a", &[]).await, Err(StoreError::Query { .. })));
}

#[tokio::test]
async fn a_revision_is_heard_when_it_is_committed_and_not_before() {
    let city = TestCity::new().await;
    let mut conn = city.connection().await;
    let mut listener = PgListener::connect_with(&city.pool).await.unwrap();
    listener.listen(REVISION_CHANNEL).await.unwrap();
    let mut tx = conn.begin().await.unwrap();
    import::record_revision(&mut tx, None, "更正，随后撤回").await.unwrap();
    tx.rollback().await.unwrap();
    let mut tx = conn.begin().await.unwrap();
    let revision = import::record_revision(&mut tx, None, "更正").await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(listener.recv().await.unwrap().payload(), revision.to_string());
    assert_eq!(import::latest_revision(&mut conn).await.unwrap(), revision);
}

#[tokio::test]
async fn figures_that_do_not_add_up_are_refused_by_name() {
    let city = TestCity::new().await;
    let mut conn = city.connection().await;
    let id = import::insert(&mut conn, &file(RegisterKind::Parcels, "a", 5)).await.unwrap();
    let fault = import::complete(&mut conn, id, &appended(1, 1, 1)).await.unwrap_err();
    assert!(matches!(&fault, StoreError::CheckViolated { constraint, .. } if constraint == "import_rows_add_up"), "{fault:?}");
}

#[tokio::test]
async fn a_row_of_an_unknown_division_or_unit_says_what_is_missing() {
    let city = TestCity::new().await;
    let mut conn = city.connection().await;
    with_division(&mut conn).await;
    let stray = ParcelRecord { division_code: "330499".into(), ..parcel("P1", 1) };
    let fault = import_parcels(&mut conn, "a", &[stray]).await.unwrap_err();
    assert!(matches!(fault, StoreError::UnknownReference { what: "行政区", .. }), "{fault:?}");
    let stray = ParcelRecord { reporting_unit_code: Some("nobody".into()), ..parcel("P1", 1) };
    let fault = import_parcels(&mut conn, "b", &[stray]).await.unwrap_err();
    assert!(matches!(fault, StoreError::UnknownReference { what: "报送单位", .. }), "{fault:?}");
}

#[tokio::test]
async fn a_number_that_is_no_number_is_refused_with_its_row_and_column() {
    let city = TestCity::new().await;
    let mut conn = city.connection().await;
    with_division(&mut conn).await;
    let odd = ParcelRecord { documentary_area_m2: Some(f64::NAN), ..parcel("P1", 1) };
    let fault = import_parcels(&mut conn, "a", &[odd]).await.unwrap_err();
    let StoreError::Row(fault) = fault else { panic!("{fault:?}") };
    assert_eq!(fault.column, "documentary_area_m2");
    assert!(fault.key.contains("P1（第 1 行）"), "{fault}");
    // The connection is still usable.
    assert_eq!(versions(&mut conn).await, 0);
}

#[tokio::test]
async fn issues_are_kept_in_their_order_with_place_and_raw_row() {
    let city = TestCity::new().await;
    let mut conn = city.connection().await;
    let id = import::insert(&mut conn, &file(RegisterKind::Parcels, "a", 0)).await.unwrap();
    let issue = import::NewIssue {
        code: "ING-014".into(),
        severity: "blocks_row",
        party: "data_supplier",
        row_number: Some(3),
        column_name: Some("面积".into()),
        value: Some("十亩".into()),
        message: "不是数".into(),
        remedy: "改为数字".into(),
        place: Some((120.75, 30.75)),
        raw_row: Some(serde_json::json!({"面积": "十亩"})),
    };
    let bare = import::NewIssue { place: None, raw_row: None, row_number: None, severity: "notice", ..issue.clone() };
    import::insert_issues(&mut conn, id, &[issue, bare]).await.unwrap();
    let rows: Vec<(i32, String, Option<f64>, Option<String>)> =
        sqlx::query_as("select ordinal, severity, st_x(geom), raw_row->>'面积' from import_issue order by ordinal")
            .fetch_all(&mut conn)
            .await
            .unwrap();
    assert_eq!(rows, [(1, "blocks_row".into(), Some(120.75), Some("十亩".into())), (2, "notice".into(), None, None)]);
}
