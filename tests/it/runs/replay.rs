//! A run can be made again: the rows it saw, the law it read, byte by byte the same findings.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::{DateTime, Months, NaiveDate, Utc};
use mujun::app::evaluation::registers as registers_known_at;
use mujun::app::judgement::{JudgedFinding, decide};
use mujun::app::registers::Registers;
use mujun::app::rulebook::{self, FindError, TableRequest};
use mujun::register::ConstructionState;
use mujun_domain::code::IndustryEdition;
use mujun_domain::finding::OutcomeCode;
use mujun_domain::rulebook::{ParameterName, Rulebook, RulebookFiles};
use sqlx::Connection;

use super::world::{World, append};
use crate::town::{self, add_approval, add_building, add_parcel, add_project, add_supply, day, ground, rectangle, supply};

/// Built below its contract, overdue, half supplied: one finding of each kind, and a renovation project.
pub fn three_kinds() -> Registers {
    let mut town = town::registers();
    add_approval(&mut town, "A1", "2020-01-01", Some(ground(rectangle(0.0, 0.0, 200.0, 100.0))));
    add_parcel(&mut town, "P1", ground(rectangle(0.0, 0.0, 120.0, 100.0)), Some(12_000.0));
    add_parcel(&mut town, "P2", ground(rectangle(0.0, 200.0, 100.0, 100.0)), None);
    add_parcel(&mut town, "P3", ground(rectangle(0.0, 400.0, 100.0, 100.0)), None);
    add_building(&mut town, ground(rectangle(10.0, 10.0, 50.0, 40.0)), Some(2), Some(4.0));
    add_building(&mut town, ground(rectangle(10.0, 410.0, 50.0, 40.0)), Some(1), Some(9.0));
    let mut built = supply("S1", Some("P1"));
    built.construction_state = Some(ConstructionState::Finished);
    built.contract_signed_on = Some(day("2020-06-01"));
    built.contract_far_min = Some(0.8);
    add_supply(&mut town, built);
    let mut late = supply("S2", Some("P2"));
    late.construction_state = Some(ConstructionState::NotStarted);
    late.agreed_start_on = Some(day("2023-01-01"));
    add_supply(&mut town, late);
    add_project(&mut town, "J1", town::COUNTY, 10_000.0, Some(ground(rectangle(0.0, 400.0, 100.0, 100.0))), None);
    for version in &mut town.parcels {
        version.record.observed_on = None;
    }
    town
}

/// The carried law with another benchmark: different words, another digest.
pub fn law_with(replace: &str, by: &str) -> Arc<Rulebook> {
    let carried = rulebook::load(None).unwrap();
    let mut files = RulebookFiles::new(carried.edition());
    let mut changed = 0;
    for (path, text) in &carried.files().files {
        changed += text.matches(replace).count();
        files.insert(path.clone(), text.replace(replace, by));
    }
    assert!(changed > 0, "“{replace}” is nowhere in the rulebook");
    Arc::new(Rulebook::parse(&files).unwrap_or_else(|faults| panic!("{faults:?}")))
}

pub fn law() -> Arc<Rulebook> {
    Arc::new(rulebook::load(None).unwrap())
}

#[tokio::test]
async fn a_run_does_not_claim_to_have_seen_an_import_that_commits_after_it_read() {
    let world = World::new().await;
    let town = three_kinds();
    world.record("first", &town).await;

    let mut conn = world.city.connection().await;
    let mut slow = conn.begin().await.unwrap();
    let mut corrected = town.clone();
    corrected.supplies[0].record.contract_far_min = Some(0.1);
    append(&mut slow, "slow", &corrected).await;
    let run = world.evaluate(&law(), "2024-06-30", None).await;
    slow.commit().await.unwrap();

    let known_at = world.known_at(run.run_id).await;
    let again = world.evaluate(&law(), "2024-06-30", Some(known_at)).await;
    assert_eq!(again.digest, run.digest, "a replay at the run's own instant saw other rows");
    assert_ne!(world.evaluate(&law(), "2024-06-30", None).await.digest, run.digest, "the correction must matter");

    // An instant to come is no knowledge: what is recorded until then was not seen.
    let to_come: DateTime<Utc> = "2098-01-01T00:00:00Z".parse().unwrap();
    let ahead = world.evaluate(&law(), "2024-06-30", Some(to_come)).await;
    assert!(world.known_at(ahead.run_id).await < to_come);
    let mut conn = world.city.connection().await;
    let seen = registers_known_at(&mut conn, Some(known_at)).await.unwrap();
    let now = registers_known_at(&mut conn, None).await.unwrap();
    assert!(seen.revision < now.revision, "{} and {}", seen.revision, now.revision);
    assert_eq!(seen.known_at, Some(known_at));
}

#[tokio::test]
async fn the_rulebook_of_a_run_is_kept_and_found_by_the_beginning_of_its_digest() {
    let world = World::new().await;
    world.record("first", &three_kinds()).await;
    let old = law_with("is = 8", "is = 7");
    let run = world.evaluate(&old, "2024-06-30", None).await;
    world.evaluate(&law(), "2024-06-30", None).await;

    let pool = &world.city.pool;
    let found = rulebook::find(pool, None, &old.digest()[..8]).await.unwrap();
    assert_eq!((found.digest(), found.edition()), (old.digest(), old.edition()));
    let again = world.evaluate(&Arc::new(found), "2024-06-30", Some(world.known_at(run.run_id).await)).await;
    assert_eq!(again.digest, run.digest);
    assert_eq!(world.stored(again.run_id).await, world.stored(run.run_id).await);

    assert_eq!(rulebook::find(pool, None, rulebook::EDITION).await.unwrap().digest(), law().digest());
    assert_eq!(rulebook::find(pool, None, &law().digest()[..12]).await.unwrap().digest(), law().digest());
    let unknown = rulebook::find(pool, None, "0123abcd").await.unwrap_err();
    let told = unknown.to_string();
    assert!(unknown.is_about_input() && told.contains(&**old.digest()) && told.contains("程序自带"), "{told}");
    assert!(matches!(rulebook::find(pool, None, &old.digest()[..7]).await, Err(FindError::Unknown { .. })), "too few digits");

    // Two kept texts of one edition that is not carried: the name alone does not say which.
    for (digest, edition) in [("a".repeat(64), "former"), ("b".repeat(64), "former")] {
        let sql = "insert into rulebook_text (digest, edition, files) values ($1, $2, '{\"documents.toml\": \"\"}')";
        sqlx::query(sql).bind(digest).bind(edition).execute(pool).await.unwrap();
    }
    let ambiguous = rulebook::find(pool, None, "former").await.unwrap_err();
    assert!(matches!(&ambiguous, FindError::Ambiguous { candidates, .. } if candidates.len() == 2), "{ambiguous}");
    let otherwise = rulebook::find(pool, None, &"a".repeat(10)).await.unwrap_err();
    assert!(matches!(otherwise, FindError::ReadsOtherwise { .. }), "{otherwise}");
}

#[tokio::test]
async fn a_kept_rulebook_is_never_replaced_by_another_text() {
    let world = World::new().await;
    world.record("first", &three_kinds()).await;
    world.evaluate(&law(), "2024-06-30", None).await;
    // A comment changes the text and not the law.
    let commented = law_with("# 参数：", "# 各项参数：");
    assert_eq!(commented.digest(), law().digest());
    world.evaluate(&commented, "2024-06-30", None).await;
    let texts: Vec<String> =
        sqlx::query_scalar("select files::text from rulebook_text").fetch_all(&world.city.pool).await.unwrap();
    assert!(texts.len() == 1 && texts[0].contains("# 参数："), "the first text stays");
}

/// Every register corrected, each in a way that moves findings; a new row, and a row closed without a successor.
async fn correct_everything(world: &World, town: &Registers) {
    let mut town = town.clone();
    town.parcels[0].record.documentary_area_m2 = Some(11_900.0);
    town.parcels[1].record.ground = ground(rectangle(0.0, 200.0, 100.0, 80.0));
    town.buildings[0].record.storeys_above = Some(5);
    town.approvals[0].record.withdrawn_on = Some(day("2023-05-01"));
    town.supplies[0].record.contract_far_min = Some(0.2);
    town.supplies[1].record.agreed_start_on = Some(day("2025-01-01"));
    town.projects[0].record.ground = Some(ground(rectangle(0.0, 200.0, 100.0, 100.0)));
    add_approval(&mut town, "A2", "2021-01-01", Some(ground(rectangle(300.0, 0.0, 50.0, 50.0))));
    town.events.push(town::event("J1", "plan_approved", "2023-06-01"));
    world.record("corrected", &town).await;
    let mut conn = world.city.connection().await;
    let mut tx = conn.begin().await.unwrap();
    sqlx::query("update parcel set recorded = tstzrange(lower(recorded), clock_timestamp()) where parcel_code = 'P3' and upper_inf(recorded)")
        .execute(&mut *tx)
        .await
        .unwrap();
    mujun::store::import::record_revision(&mut tx, None, "撤销宗地 P3").await.unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn a_frozen_run_is_repeated_byte_by_byte_after_every_register_was_corrected_and_the_law_moved_on() {
    let world = World::new().await;
    let town = three_kinds();
    world.record("first", &town).await;
    let frozen = world.evaluate(&law(), "2024-06-30", None).await;
    assert!(frozen.kinds.len() == 3, "one of each kind, or little was frozen: {:?}", frozen.kinds);
    let (stored, known_at) = (world.stored(frozen.run_id).await, world.known_at(frozen.run_id).await);

    correct_everything(&world, &town).await;
    let loaded = law_with_a_table();
    assert_ne!(loaded.digest(), law().digest());
    let fresh = world.evaluate(&loaded, "2024-06-30", None).await;
    let fresh = world.stored(fresh.run_id).await;
    let differing = stored.iter().filter(|row| !fresh.contains(row)).count();
    assert!(differing > 5, "the corrections must matter: {differing}");

    let kept = rulebook::find(&world.city.pool, None, &law().digest()[..16]).await.unwrap();
    let replay = world.evaluate(&Arc::new(kept), "2024-06-30", Some(known_at)).await;
    assert_eq!(replay.digest, frozen.digest);
    assert_eq!(world.stored(replay.run_id).await, stored);
    assert_eq!(world.known_at(replay.run_id).await, known_at);
    // And the frozen run itself is as it was.
    assert_eq!(world.stored(frozen.run_id).await, stored);
}

/// The carried law after the office loaded its table; the figure is a test value, nobody's limit.
fn law_with_a_table() -> Arc<Rulebook> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("test-values.csv");
    std::fs::write(&file, "code,far_min\n35,0.4\n").unwrap();
    let request = TableRequest {
        table: "zj-2014".into(),
        file,
        edition: IndustryEdition::Y2017,
        document_number: "测试〔2014〕4号".into(),
        folder: folder.path().join("rulebook"),
    };
    rulebook::load_table(&request).unwrap();
    Arc::new(rulebook::load(Some(folder.path())).unwrap())
}

/// What a finding decides, without the figures that move from day to day.
fn decided(town: &Registers, law: &Rulebook, day: NaiveDate) -> Vec<String> {
    let decision = decide(town, law, day).unwrap();
    let line = |row: &JudgedFinding| {
        let finding = &row.finding;
        let stage = finding.stage.as_ref().map(|used| used.stage.label_zh());
        format!(
            "{} {} {:?} {stage:?} {:?}",
            row.subject_code,
            finding.rule,
            OutcomeCode::of(&finding.outcome),
            row.flagged_area_m2
        )
    };
    decision.findings.iter().map(line).collect()
}

/// Every day on which something may change: what the law declares, what the registers date, their anniversaries, and the days after.
fn declared(town: &Registers, law: &Rulebook) -> BTreeSet<NaiveDate> {
    let mut days = BTreeSet::new();
    for rule in law.rules() {
        days.extend(rule.thresholds.iter().flat_map(|threshold| [threshold.effective_from, threshold.effective_until]));
    }
    for name in ParameterName::ALL {
        days.extend(law.parameter_values(name).iter().flat_map(|value| [value.effective_from, value.effective_until]));
    }
    for row in &town.supplies {
        let row = &row.record;
        days.extend([row.contract_signed_on, row.delivered_on, row.agreed_start_on, row.agreed_finish_on]);
        days.extend([row.actual_start_on, row.actual_finish_on]);
    }
    days.extend(town.approvals.iter().flat_map(|row| [row.record.approved_on, row.record.withdrawn_on]));
    days.extend(town.events.iter().map(|row| Some(row.record.happened_on)));
    let years = |day: NaiveDate, n: u32| day.checked_add_months(Months::new(12 * n));
    let anniversaries: Vec<NaiveDate> =
        days.into_iter().flatten().flat_map(|day| (0..=3).filter_map(move |n| years(day, n))).collect();
    anniversaries.into_iter().flat_map(|day| [Some(day), day.succ_opt()]).flatten().collect()
}

#[test]
fn findings_change_only_on_declared_days() {
    let mut town = three_kinds();
    town.supplies[1].record.actual_start_on = Some(day("2025-11-11"));
    town.supplies[1].record.construction_state = Some(ConstructionState::Started);
    town.supplies[0].record.contract_signed_on = Some(day("2024-08-08"));
    town.approvals[0].record.withdrawn_on = Some(day("2026-02-28"));
    town.events.push(town::event("J1", "plan_approved", "2024-02-29"));
    let law = law();
    let (first, last) = (day("2019-06-01"), day("2027-12-31"));
    let mut days: Vec<NaiveDate> = declared(&town, &law).into_iter().filter(|day| first < *day && *day < last).collect();
    days.insert(0, first);
    days.push(last);
    assert!(days.len() < 200, "with every day declared nothing is said: {}", days.len());
    let mut changes = 0;
    let mut before = decided(&town, &law, first);
    for pair in days.windows(2) {
        let (from, eve) = (pair[0], pair[1].pred_opt().unwrap());
        let now = decided(&town, &law, from);
        changes += usize::from(now != before);
        for quiet in [from + (eve - from) / 2, eve] {
            assert_eq!(decided(&town, &law, quiet), now, "changed between {from} and {quiet}, where nothing is declared");
        }
        before = now;
    }
    assert!(changes >= 6, "only {changes} changes in eight years");
}
