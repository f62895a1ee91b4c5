//! Decisions about flags: added, never changed; every word of the domain has its place; one of two writers wins.

use mujun::store::determination::{self, Insertion, NewDetermination, Original};
use mujun::store::read::finding::FindingKey;
use mujun_domain::life::{Conclusion, DisposalKind, State, Step};
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};

use super::fixture::day;
use super::runs::recorded_run;
use crate::support::TestCity;

fn key(subject: &str) -> FindingKey {
    FindingKey {
        division_code: "330402".into(),
        subject_kind: "parcel".into(),
        subject_code: subject.into(),
        rule_id: "far-below-contract".into(),
    }
}

fn decision(run_id: i64, step: Step) -> NewDetermination {
    NewDetermination {
        sequence: 1,
        step: step.as_str(),
        state_after: "verified",
        decided_by: "某所".into(),
        decided_on: day("2024-03-01"),
        reason: "现场查看".into(),
        document_number: Some("某认〔2024〕1 号".into()),
        document_dated: None,
        disposal_kind: (step == Step::Disposed).then_some("upgrade"),
        conclusion: (step == Step::Determined).then_some("underused"),
        original: Original {
            run_id,
            outcome: Some("unmet".into()),
            flag: Some("underused".into()),
            flagged_area_m2: Some(1_234.5),
            parcel_code: Some("P1".into()),
            finding_sha256: Some("a".repeat(64)),
        },
    }
}

async fn insert(conn: &mut PgConnection, subject: &str, decision: &NewDetermination) -> Insertion {
    determination::insert(conn, &key(subject), decision).await.unwrap()
}

#[tokio::test]
async fn a_decision_cannot_be_changed_removed_or_emptied_away() {
    let city = TestCity::new().await;
    let mut conn = city.connection().await;
    let run_id = recorded_run(&mut conn).await;
    assert_eq!(insert(&mut conn, "P1", &decision(run_id, Step::Verified)).await, Insertion::Recorded);
    let before = determination::history(&mut conn, &key("P1")).await.unwrap();
    for statement in [
        "update determination set reason = '改写'",
        "update determination set reason = reason",
        "delete from determination",
        "truncate determination",
        "truncate run cascade",
        "insert into determination select * from determination on conflict (division_code, subject_kind, subject_code, rule_id, \
         sequence) do update set reason = '改写'",
    ] {
        let refused = conn.execute(AssertSqlSafe(statement)).await.unwrap_err();
        assert!(refused.to_string().contains("只增不改"), "{statement}: {refused}");
    }
    assert_eq!(determination::history(&mut conn, &key("P1")).await.unwrap(), before);
    assert_eq!(before[0].original.flagged_area_m2, Some(1_234.5));
}

#[tokio::test]
async fn every_step_state_disposal_and_conclusion_of_the_domain_can_be_recorded() {
    let city = TestCity::new().await;
    let mut conn = city.connection().await;
    let run_id = recorded_run(&mut conn).await;
    let mut rows: Vec<NewDetermination> = Vec::new();
    rows.extend(Step::ALL.map(|step| decision(run_id, step)));
    rows.extend(State::ALL.map(|state| NewDetermination { state_after: state.as_str(), ..decision(run_id, Step::Verified) }));
    rows.extend(
        DisposalKind::ALL.map(|kind| NewDetermination { disposal_kind: Some(kind.as_str()), ..decision(run_id, Step::Disposed) }),
    );
    rows.extend(
        Conclusion::ALL
            .map(|conclusion| NewDetermination { conclusion: Some(conclusion.as_str()), ..decision(run_id, Step::Determined) }),
    );
    for (number, row) in rows.iter().enumerate() {
        assert_eq!(insert(&mut conn, &format!("P{number}"), row).await, Insertion::Recorded, "{row:?}");
    }
}

#[tokio::test]
async fn what_binds_others_is_refused_without_a_document_even_by_the_schema() {
    let city = TestCity::new().await;
    let mut conn = city.connection().await;
    let run_id = recorded_run(&mut conn).await;
    let without = |step| NewDetermination { document_number: None, ..decision(run_id, step) };
    for step in [Step::Determined, Step::Disposed, Step::Closed, Step::AppealUpheld, Step::AppealDismissed] {
        let fault = determination::insert(&mut conn, &key("P1"), &without(step)).await.unwrap_err();
        assert!(fault.to_string().contains("determination_rests_on_document"), "{fault}");
    }
    let blank = NewDetermination { reason: " ".into(), ..decision(run_id, Step::Verified) };
    assert!(determination::insert(&mut conn, &key("P1"), &blank).await.is_err());
    assert_eq!(insert(&mut conn, "P1", &without(Step::Verified)).await, Insertion::Recorded);
}

#[tokio::test]
async fn whoever_writes_second_waits_for_the_first_and_is_told() {
    let city = TestCity::new().await;
    let (mut one, mut two) = (city.connection().await, city.connection().await);
    let run_id = recorded_run(&mut one).await;
    let mut first = one.begin().await.unwrap();
    assert_eq!(insert(&mut first, "P1", &decision(run_id, Step::Verified)).await, Insertion::Recorded);
    let late = decision(run_id, Step::VerifiedNot);
    let (second, ()) = tokio::join!(insert(&mut two, "P1", &late), async { first.commit().await.unwrap() });
    assert_eq!(second, Insertion::Overtaken);
    let history = determination::history(&mut two, &key("P1")).await.unwrap();
    assert_eq!(history.iter().map(|row| row.step.as_str()).collect::<Vec<_>>(), ["verified"]);
}
