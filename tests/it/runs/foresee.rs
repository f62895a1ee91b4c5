//! What an import would change, told before it is committed, is what it changes when it is.

use std::collections::BTreeMap;

use mujun::app::consequence::{Consequence, FlagFate, foresee};
use mujun::app::import::unwatched;
use mujun::app::registers::Registers;
use mujun::register::{ConstructionState, RegisterKind};
use mujun::store::{building, import, parcel, project, project_event, supply as supplies, target};
use sqlx::{Connection, PgConnection};

use super::replay::{law, three_kinds};
use super::world::{World, file};
use crate::quality::examine;
use crate::town::{COUNTY, add_parcel, add_target, day, event, ground, rectangle};

/// One register of the town as a file, merged and examined but not committed, and what that would change.
async fn foreseen(tx: &mut PgConnection, kind: RegisterKind, name: &str, town: &Registers) -> Consequence {
    macro_rules! append {
        ($rows:expr, $register:ident) => {{
            let rows: Vec<_> = (1..).zip($rows.iter().map(|version| version.record.clone())).collect();
            let id = import::insert(&mut *tx, &file(kind, name, rows.len())).await.unwrap();
            let appended = $register::append_versions(&mut *tx, id, &rows).await.unwrap();
            import::complete(&mut *tx, id, &appended).await.unwrap();
            id
        }};
    }
    let id = match kind {
        RegisterKind::Parcels => append!(town.parcels, parcel),
        RegisterKind::Buildings => append!(town.buildings, building),
        RegisterKind::Supplies => append!(town.supplies, supplies),
        RegisterKind::Projects => append!(town.projects, project),
        RegisterKind::ProjectEvents => append!(town.events, project_event),
        RegisterKind::Targets => append!(town.targets, target),
        other => panic!("{other:?} is not in this town"),
    };
    examine(&mut *tx, kind, id).await.unwrap();
    let consequence = foresee(&mut *tx, id, &unwatched).await.unwrap().unwrap();
    import::record_revision(&mut *tx, Some(id), "导入").await.unwrap();
    consequence
}

type Flags = BTreeMap<(String, String, String, String), (String, f64)>;

async fn flags(world: &World, run_id: i64) -> Flags {
    let sql = "select division_code, subject_kind, subject_code, rule_id, flag, flagged_area_m2
               from finding where run_id = $1 and flag is not null";
    let rows: Vec<(String, String, String, String, String, f64)> =
        sqlx::query_as(sql).bind(run_id).fetch_all(&world.city.pool).await.unwrap();
    rows.into_iter().map(|(division, kind, code, rule, flag, m2)| ((division, kind, code, rule), (flag, m2))).collect()
}

/// Every flag that a preview says appears, vanishes or changes does so between two recorded runs, and no other.
fn is_what_happened(consequence: &Consequence, before: &Flags, after: &Flags) {
    let mut expected = BTreeMap::new();
    for (key, (flag, m2)) in after {
        match before.get(key) {
            None => drop(expected.insert(key.clone(), (FlagFate::Appears, flag.clone(), 0.0, *m2))),
            Some((_, was)) if (was - m2).abs() > 0.005 => {
                drop(expected.insert(key.clone(), (FlagFate::Resized, flag.clone(), *was, *m2)));
            }
            Some(_) => {}
        }
    }
    for (key, (flag, m2)) in before.iter().filter(|(key, _)| !after.contains_key(key)) {
        expected.insert(key.clone(), (FlagFate::Vanishes, flag.clone(), *m2, 0.0));
    }
    let told = consequence.changes.iter().map(|change| {
        let key = (change.division_code.clone(), change.subject_kind.clone(), change.subject_code.clone(), change.rule.clone());
        (key, (change.fate, change.kind.clone(), change.before_m2, change.after_m2))
    });
    assert_eq!(told.collect::<BTreeMap<_, _>>(), expected);
    assert_eq!(consequence.changes_total, expected.len());
    assert!(consequence.changes.iter().all(|change| !change.reasons.is_empty()), "{:#?}", consequence.changes);
    let sum = |flags: &Flags| flags.values().map(|flag| flag.1).sum::<f64>();
    let net: f64 = consequence.sums.iter().map(|sum| sum.net_m2).sum();
    assert!((net - (sum(after) - sum(before))).abs() < 0.01, "{net}");
}

#[tokio::test]
async fn the_preview_is_what_happens_when_the_import_is_committed() {
    let world = World::new().await;
    let mut town = three_kinds();
    world.record("first", &town).await;
    let mut run = world.evaluate(&law(), "2024-06-30", None).await.run_id;

    let mut built = town.clone();
    built.supplies[1].record.construction_state = Some(ConstructionState::Finished);
    built.supplies[1].record.actual_start_on = Some(day("2022-12-01"));
    built.supplies[1].record.actual_finish_on = Some(day("2023-12-01"));
    built.supplies[0].record.contract_far_min = Some(0.1);
    let mut split = built.clone();
    split.parcels.clear();
    // P2 is split, and P1 shrinks so that more of the approval is left over.
    add_parcel(&mut split, "P2-west", ground(rectangle(0.0, 200.0, 40.0, 100.0)), None);
    add_parcel(&mut split, "P2-east", ground(rectangle(40.0, 200.0, 60.0, 100.0)), None);
    add_parcel(&mut split, "P1", ground(rectangle(0.0, 0.0, 90.0, 100.0)), Some(9_000.0));
    let mut fewer = split.clone();
    fewer.buildings.truncate(1);
    fewer.buildings[0].record.storeys_above = Some(1);
    town = built.clone();
    town.supplies.truncate(2);
    let steps = [
        (RegisterKind::Supplies, &town, 0, "供而未用"),
        (RegisterKind::Parcels, &split, 1, "批而未供"),
        (RegisterKind::Buildings, &fewer, 0, ""),
    ];
    let mut changed = 0;
    for (kind, registers, closed, kind_label) in steps {
        let mut conn = world.city.connection().await;
        let mut tx = conn.begin().await.unwrap();
        let consequence = foreseen(&mut tx, kind, &format!("{kind:?}"), registers).await;
        tx.commit().await.unwrap();
        let next = world.evaluate(&law(), "2024-06-30", None).await.run_id;
        is_what_happened(&consequence, &flags(&world, run).await, &flags(&world, next).await);
        assert_eq!(consequence.rows.closed, closed);
        assert_eq!(consequence.as_of, day("2024-06-30"));
        assert!(kind_label.is_empty() || consequence.sums.iter().any(|sum| sum.kind_label == kind_label), "{consequence:#?}");
        let as_json = serde_json::to_string(&consequence).unwrap();
        assert_eq!(serde_json::from_str::<Consequence>(&as_json).unwrap(), consequence);
        changed += consequence.changes.len();
        run = next;
    }
    assert!(changed >= 3, "{changed}");
}

#[test]
fn a_number_comes_back_from_a_report_to_the_last_bit() {
    let remaining_m2 = 10_998.597_163_014_625_f64;
    let text = serde_json::to_string(&remaining_m2).unwrap();
    assert_eq!(serde_json::from_str::<f64>(&text).unwrap().to_bits(), remaining_m2.to_bits());
}

#[tokio::test]
async fn a_preview_records_nothing_and_names_the_rows_that_are_the_reason() {
    let world = World::new().await;
    let mut town = three_kinds();
    world.record("first", &town).await;
    let run = world.evaluate(&law(), "2024-06-30", None).await;
    let count = "select (select count(*) from revision), (select count(*) from import), (select count(*) from supply)";
    let before: (i64, i64, i64) = sqlx::query_as(count).fetch_one(&world.city.pool).await.unwrap();
    town.supplies[1].record.agreed_start_on = Some(day("2024-12-01"));
    let mut conn = world.city.connection().await;
    let mut tx = conn.begin().await.unwrap();
    let consequence = foreseen(&mut tx, RegisterKind::Supplies, "corrected.xlsx", &town).await;
    tx.rollback().await.unwrap();
    assert_eq!(before, sqlx::query_as::<_, (i64, i64, i64)>(count).fetch_one(&world.city.pool).await.unwrap());
    assert_eq!((consequence.rows.new, consequence.rows.changed, consequence.rows.unchanged), (0, 1, 1));
    let vanishes: Vec<_> = consequence.changes.iter().filter(|change| change.fate == FlagFate::Vanishes).collect();
    assert!(!vanishes.is_empty(), "{consequence:#?}");
    let reasons = vanishes[0].reasons.join("；");
    assert!(reasons.contains("corrected.xlsx 第 2 行") && reasons.contains("2023-01-01"), "{reasons}");
    assert_eq!(world.evaluate(&law(), "2024-06-30", None).await.digest, run.digest);
}

#[tokio::test]
async fn the_target_moves_by_what_is_credited() {
    let world = World::new().await;
    let mut town = three_kinds();
    world.record("first", &town).await;
    let mut conn = world.city.connection().await;
    add_target(&mut town, 16_000.0 * 2_000.0 / 3.0);
    let mut tx = conn.begin().await.unwrap();
    let rows = [(1, town.targets[0].record.clone())];
    let id = import::insert(&mut tx, &file(RegisterKind::Targets, "targets", 1)).await.unwrap();
    sqlx::query("insert into division (division_code, name, geom) select '330400', '嘉兴市', geom from division limit 1")
        .execute(&mut *tx)
        .await
        .unwrap();
    let appended = target::append_versions(&mut tx, id, &rows).await.unwrap();
    import::complete(&mut tx, id, &appended).await.unwrap();
    import::record_revision(&mut tx, Some(id), "导入").await.unwrap();
    tx.commit().await.unwrap();
    world.evaluate(&law(), "2024-06-30", None).await;

    town.events = vec![event("J1", "accepted", "2024-03-01")];
    let mut tx = conn.begin().await.unwrap();
    let consequence = foreseen(&mut tx, RegisterKind::ProjectEvents, "events", &town).await;
    let target = consequence.target.unwrap();
    assert_eq!(target.before_mu, 0.0);
    assert!((target.after_mu - 15.0).abs() < 0.01, "{target:?}");
    assert_eq!(target.counties.len(), 1);
    assert_eq!(
        (target.counties[0].division_code.as_str(), target.counties[0].division_name.as_deref()),
        (COUNTY, Some("南湖区"))
    );
}

#[tokio::test]
async fn before_the_first_run_there_is_nothing_to_foresee() {
    let world = World::new().await;
    let town = three_kinds();
    let mut conn = world.city.connection().await;
    let mut tx = conn.begin().await.unwrap();
    let rows: Vec<_> = (1..).zip(town.parcels.iter().map(|version| version.record.clone())).collect();
    let id = import::insert(&mut tx, &file(RegisterKind::Parcels, "first", rows.len())).await.unwrap();
    let appended = parcel::append_versions(&mut tx, id, &rows).await.unwrap();
    import::complete(&mut tx, id, &appended).await.unwrap();
    assert_eq!(foresee(&mut tx, id, &unwatched).await.unwrap(), None);
}
