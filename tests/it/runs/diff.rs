//! Two evaluations compared: every change is due to the data, the rules, the time, or to several of them together.

use std::collections::BTreeMap;
use std::sync::Arc;

use mujun::app::diff::report::summary;
use mujun::app::diff::{Change, ChangeKind, Comparison, DiffError, DiffRequest, Side, against_run, compare};
use mujun::app::evaluation::Activation;
use mujun::app::registers::Registers;
use mujun::register::ConstructionState;
use mujun_domain::kind::Kind;
use mujun_domain::rulebook::Rulebook;

use super::replay::{law, law_with, three_kinds};
use super::world::{OTHER_COUNTY, World};
use crate::town::{self, COUNTY, add_building, add_parcel, add_supply, day, ground, rectangle, supply};

/// Contracts of one hectare each, on parcels of their own, not started, agreed to start on that day.
pub fn overdue(starts: &[(&str, &str)]) -> Registers {
    let mut town = town::registers();
    for (place, (code, start)) in (0..).zip(starts) {
        let parcel = format!("P{code}");
        add_parcel(&mut town, &parcel, ground(rectangle(f64::from(place) * 150.0, 0.0, 100.0, 100.0)), Some(10_000.0));
        let mut contract = supply(code, Some(&parcel));
        contract.construction_state = Some(ConstructionState::NotStarted);
        contract.agreed_start_on = Some(day(start));
        add_supply(&mut town, contract);
    }
    town
}

fn side(town: &Registers, rulebook: &Arc<Rulebook>, as_of: &str) -> Side {
    Side { registers: Arc::new(town.clone()), rulebook: rulebook.clone(), as_of: day(as_of) }
}

fn revised(mut town: Registers) -> Registers {
    town.revision += 1;
    town
}

fn causes(comparison: &Comparison) -> BTreeMap<(String, String), (ChangeKind, String)> {
    let line = |change: &Change| ((change.subject_code.clone(), change.rule.clone()), (change.change, change.cause.label_zh()));
    comparison.changes.iter().map(line).collect()
}

/// What the flags of each subject did, and why; changes of outcome left out.
fn flags(comparison: &Comparison) -> BTreeMap<String, String> {
    let told =
        |change: &Change| (change.subject_code.clone(), format!("{} {}", change.change.label_zh(), change.cause.label_zh()));
    comparison.changes.iter().filter(|change| change.kind.is_some()).map(told).collect()
}

/// Every flag's area before, plus what the changes say, is its area after.
fn adds_up(comparison: &Comparison) {
    let mut ledger = comparison.old_m2.clone();
    for row in summary(comparison) {
        if let Some(kind) = row.kind {
            *ledger.entry((row.division_code.clone(), kind)).or_default() += row.net_m2;
            assert!((row.net_m2 - (row.appeared_m2 - row.disappeared_m2 + row.resized_m2)).abs() < 1e-6, "{row:?}");
        }
    }
    for (key, m2) in &ledger {
        let after = comparison.new_m2.get(key).copied().unwrap_or(0.0);
        assert!((m2 - after).abs() < 0.01, "{key:?}: {m2} by the changes, {after} by the evaluation");
    }
    assert!(comparison.new_m2.keys().all(|key| ledger.contains_key(key)));
}

#[test]
fn nothing_moved_and_nothing_changed() {
    let town = three_kinds();
    let same = side(&town, &law(), "2024-06-30");
    let comparison = compare(&same, &same).unwrap();
    assert!(comparison.moved.is_empty() && comparison.changes.is_empty());
    adds_up(&comparison);
}

#[test]
fn each_flag_is_attributed_to_what_moved_it() {
    // S1 falls due by time alone; S2 by data alone; S3 needs the new date and the later day; S4 leaves because it was built.
    let before = overdue(&[("S1", "2025-01-01"), ("S2", "2030-01-01"), ("S3", "2030-01-01"), ("S4", "2020-01-01")]);
    let mut after = overdue(&[("S1", "2025-01-01"), ("S2", "2022-01-01"), ("S3", "2025-06-01"), ("S4", "2020-01-01")]);
    after.supplies[3].record.actual_start_on = Some(day("2019-12-01"));
    after.supplies[3].record.construction_state = Some(ConstructionState::Started);
    for version in &mut after.supplies {
        version.version_id += 100;
        version.source_row += 10;
    }
    let after = revised(after);
    let comparison = compare(&side(&before, &law(), "2024-06-30"), &side(&after, &law(), "2026-06-30")).unwrap();
    let expected = [("S1", "新增 时间"), ("S2", "新增 数据"), ("S3", "新增 数据＋时间"), ("S4", "消失 数据")];
    assert_eq!(flags(&comparison), expected.map(|(code, told)| (code.to_owned(), told.to_owned())).into());
    adds_up(&comparison);
    assert_eq!(comparison.new_m2[&(COUNTY.to_owned(), Kind::SuppliedNotUsed)], 30_000.0);

    let s2 = comparison.changes.iter().find(|change| change.subject_code == "S2").unwrap();
    let start = s2.facts.iter().find(|fact| fact.name == "agreed_start_on").unwrap();
    let (old, new) = (start.old.as_ref().unwrap(), start.new.as_ref().unwrap());
    assert_eq!((old.text.as_str(), new.text.as_str()), ("2030-01-01", "2022-01-01"));
    assert_eq!((new.file.as_deref(), old.row, new.row), (Some("town.gpkg"), Some(2), Some(12)));
    let row = s2.rows.iter().find(|row| row.register == "供地合同").unwrap();
    assert_eq!((row.key.as_str(), row.old.as_ref().unwrap().row, row.new.as_ref().unwrap().row), ("S2", 2, 12));
    assert_eq!(row.fields.len(), 1);
    assert_eq!(row.fields[0].label, "约定开工日期");
    let s1 = comparison.changes.iter().find(|change| change.subject_code == "S1").unwrap();
    assert!(s1.facts.is_empty() && s1.rows.is_empty(), "time alone changed no row that matters: {s1:?}");
}

#[test]
fn a_rule_that_moved_is_named_with_its_limits() {
    let mut town = town::registers();
    add_parcel(&mut town, "P", ground(rectangle(0.0, 0.0, 100.0, 100.0)), Some(10_000.0));
    // One storey of 9 m on 40 % of the ground: 0.8 while tall storeys count twice, 0.4 once the limit is 10 m.
    add_building(&mut town, ground(rectangle(10.0, 10.0, 80.0, 50.0)), Some(1), Some(9.0));
    let mut built = supply("S", Some("P"));
    built.construction_state = Some(ConstructionState::Finished);
    built.contract_far_min = Some(0.7);
    add_supply(&mut town, built);
    let moved = law_with("is = 8", "is = 10");
    let comparison = compare(&side(&town, &law(), "2024-06-30"), &side(&town, &moved, "2024-06-30")).unwrap();
    assert_eq!(flags(&comparison), BTreeMap::from([("P".to_owned(), "新增 规则".to_owned())]));
    adds_up(&comparison);

    // The limit of the law lies in the future: only the new law on the later day flags it.
    let later = law_with("is = 8", "effective_until = 2025-01-01\nis = 8");
    let later = law_with_added(&later, "[[parameter.value]]\neffective_from = 2025-01-01\nunit = \"m\"\nis = 10\n");
    let comparison = compare(&side(&town, &law(), "2024-06-30"), &side(&town, &later, "2026-06-30")).unwrap();
    assert_eq!(flags(&comparison), BTreeMap::from([("P".to_owned(), "新增 规则＋时间".to_owned())]));

    let higher = law_with("value = { fixed = 1.5 }", "value = { fixed = 0.5 }");
    let comparison = compare(&side(&town, &law(), "2024-06-30"), &side(&town, &higher, "2024-06-30")).unwrap();
    let benchmark = comparison.changes.iter().find(|change| change.rule == "far-benchmark").unwrap();
    assert_eq!((benchmark.change, benchmark.cause.label_zh().as_str()), (ChangeKind::Outcome, "规则"));
    let (old, new) = benchmark.threshold.clone().unwrap();
    assert!(old.unwrap().contains("1.5") && new.unwrap().contains("0.5"));
}

/// The same law with a value added after the one of the tall storey.
fn law_with_added(law: &Rulebook, value: &str) -> Arc<Rulebook> {
    let mut files = law.files().clone();
    let path = format!("{}/parameters.toml", law.edition());
    let text = files.files.remove(&path).unwrap();
    let source = text.split("source = ").nth(1).unwrap().lines().next().unwrap().to_owned();
    let parts = text.split_once("[[parameter]]\nname = \"tall_storey_factor\"").unwrap();
    let joined = format!("{}{value}source = {source}\n\n[[parameter]]\nname = \"tall_storey_factor\"{}", parts.0, parts.1);
    files.insert(path, joined);
    Arc::new(Rulebook::parse(&files).unwrap_or_else(|faults| panic!("{faults:?}")))
}

#[test]
fn a_flag_that_stays_on_other_ground_and_one_that_takes_over_the_area_are_told() {
    let before = three_kinds();
    let mut after = three_kinds();
    after.supplies[1].record.documentary_area_m2 = Some(1.0);
    after.parcels[1].record.documentary_area_m2 = Some(9_900.0);
    after.parcels[1].version_id += 100;
    after.approvals[0].record.ground = Some(ground(rectangle(0.0, 0.0, 210.0, 100.0)));
    after.approvals[0].version_id += 100;
    let comparison = compare(&side(&before, &law(), "2024-06-30"), &side(&revised(after), &law(), "2024-06-30")).unwrap();
    let told = flags(&comparison);
    assert_eq!(told["A1"], "面积变化 数据");
    assert_eq!(told["S2"], "面积变化 数据");
    adds_up(&comparison);
    let a1 = comparison.changes.iter().find(|change| change.subject_code == "A1").unwrap();
    assert!((a1.net_m2() - 1_000.0).abs() < 1.0, "{}", a1.net_m2());
    let row = a1.rows.iter().find(|row| row.register == "用地批次").unwrap();
    assert_eq!(row.fields.iter().map(|field| field.label).collect::<Vec<_>>(), ["图形"]);
}

#[test]
fn a_building_that_changed_is_found_by_the_ground_it_stands_on() {
    let before = three_kinds();
    let mut after = three_kinds();
    after.buildings[0].record.storeys_above = Some(9);
    after.buildings[0].version_id += 100;
    let comparison = compare(&side(&before, &law(), "2024-06-30"), &side(&revised(after), &law(), "2024-06-30")).unwrap();
    let p1 = comparison.changes.iter().find(|change| change.subject_code == "P1" && change.kind.is_some()).unwrap();
    assert_eq!((p1.change, p1.cause.label_zh().as_str()), (ChangeKind::Disappeared, "数据"));
    let [row] = p1.rows.as_slice() else { panic!("{:?}", p1.rows) };
    assert_eq!((row.register, row.fields[0].old.as_deref(), row.fields[0].new.as_deref()), ("建筑物", Some("2"), Some("9")));
}

#[tokio::test]
async fn a_run_is_compared_with_today_from_what_was_kept_of_it() {
    let world = World::new().await;
    let mut town = overdue(&[("S1", "2025-01-01"), ("S2", "2030-01-01"), ("S3", "2020-01-01")]);
    for (parcel, supply) in town.parcels.iter_mut().zip(&mut town.supplies).skip(2) {
        (parcel.record.division_code, supply.record.division_code) = (OTHER_COUNTY.into(), OTHER_COUNTY.into());
    }
    world.record("first", &town).await;
    let old = world.evaluate(&law(), "2024-06-30", None).await;
    town.supplies[1].record.agreed_start_on = Some(day("2022-01-01"));
    town.supplies[2].record.agreed_start_on = Some(day("2028-01-01"));
    world.record("second", &town).await;

    let pool = &world.city.pool;
    let request = DiffRequest {
        old: None,
        as_of: day("2026-06-30"),
        known_at: None,
        now: "2099-01-01T00:00:00Z".parse().unwrap(),
        activation: Activation::Keep,
    };
    let diff = against_run(pool, None, law(), request.clone()).await.unwrap();
    assert!(diff.old_is_repeated() && diff.old.run_id == old.run_id);
    let told = causes(&diff.comparison);
    let overdue = |code: &str| told[&(code.to_owned(), "construction-overdue".to_owned())].clone();
    assert_eq!(overdue("S1"), (ChangeKind::Appeared, "时间".into()));
    assert_eq!(overdue("S2"), (ChangeKind::Appeared, "数据".into()));
    assert_eq!(overdue("S3"), (ChangeKind::Disappeared, "数据".into()));
    adds_up(&diff.comparison);
    let current: i64 = sqlx::query_scalar("select run_id from current_run").fetch_one(pool).await.unwrap();
    assert_eq!(current, old.run_id, "a comparison activates nothing by itself");

    let json = serde_json::to_value(&diff).unwrap();
    assert_eq!(json["division_names"][OTHER_COUNTY], "海宁市");
    assert_eq!(json["moved"], serde_json::json!(["data", "time"]));
    let s3 = json["changes"].as_array().unwrap().iter().find(|change| change["subject_code"] == "S3").unwrap();
    assert_eq!(
        (&s3["change"], &s3["cause"], &s3["net_mu"]),
        (&"disappeared".into(), &serde_json::json!([["data"]]), &(-15.0).into())
    );
    assert_eq!(s3["rows"][0]["old"]["file"], "first");
    assert_eq!(s3["rows"][0]["new"]["file"], "second");

    let active = DiffRequest { activation: Activation::Activate, old: Some(old.run_id), ..request.clone() };
    let again = against_run(pool, None, law(), active).await.unwrap();
    let current: i64 = sqlx::query_scalar("select run_id from current_run").fetch_one(pool).await.unwrap();
    assert_eq!(current, again.new.run_id);
    let nothing = against_run(pool, None, law(), DiffRequest { old: Some(999), ..request }).await.unwrap_err();
    assert!(matches!(nothing, DiffError::NoSuchRun { run_id: 999 }) && nothing.is_about_input());
}
