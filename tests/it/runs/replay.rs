//! A run can be made again: the rows it saw, the law it read, byte by byte the same findings.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use mujun::app::evaluation::registers as registers_known_at;
use mujun::app::registers::Registers;
use mujun::app::rulebook::{self, FindError};
use mujun::register::ConstructionState;
use mujun_domain::rulebook::{Rulebook, RulebookFiles};
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
