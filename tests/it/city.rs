//! The city read in columns, screened, and patched when one building changes: each beside the plain way of doing it.

use std::sync::Arc;

use mujun::app::evaluation::registers;
use mujun::app::judgement::judge;
use mujun::app::measuring::{counting_rules, measure_city, sliver_tolerance};
use mujun::app::screening::{evaluate_parcel, reevaluate, screen_city};
use mujun::city::edit::{BuildingChange, ChangedBuilding, EditedCity};
use mujun::city::ground::PlanarGround;
use mujun::city::measure::{BuildingBody, CountingRules, SiteMeasure, measure_sites};
use mujun::city::snapshot::CitySnapshot;
use mujun::register::columns::{CityColumns, GroundColumn, day_number};
use mujun::register::{Ground, RegisterKind};
use mujun::sample::{DIVISIONS_GEOJSON, SampleOptions};
use mujun::store;
use mujun_domain::fact::FactName;
use mujun_domain::finding::OutcomeCode;
use proptest::prelude::*;

use crate::support::{TestCity, reachable_folder, take};
use crate::town::{COUNTY, day, ground, rectangle, turned};

async fn sample(parcels: usize) -> TestCity {
    let (city, folder) = (TestCity::new().await, reachable_folder());
    let divisions = folder.path().join("divisions.geojson");
    std::fs::write(&divisions, DIVISIONS_GEOJSON).unwrap();
    take(&city, RegisterKind::Divisions, divisions, "divisions-standard").await;
    let options = SampleOptions { parcels, seed: 11, as_of: day("2026-06-30") };
    for file in mujun::sample::write(folder.path(), &options, &mut |_| {}).unwrap().files {
        take(&city, file.kind.parse().unwrap(), folder.path().join(&file.path), &file.mapping).await;
    }
    city
}

fn close(one: f64, other: f64) -> bool {
    (one - other).abs() <= 1e-6 * one.abs().max(other.abs()).max(1.0)
}

#[tokio::test]
async fn a_city_read_in_columns_measures_and_screens_as_its_registers_do() {
    let database = sample(300).await;
    let (rulebook, as_of) = (mujun::app::rulebook::load(None).unwrap(), day("2026-06-30"));
    let city = CitySnapshot::new(store::columns::city(&database.pool).await.unwrap()).unwrap();
    let tolerance = sliver_tolerance(&rulebook, as_of).unwrap();
    let measured = city.measure(counting_rules(&rulebook, as_of).unwrap(), &tolerance, day_number(as_of));
    let screening = screen_city(&city, &measured.sites, &rulebook, as_of).unwrap();

    let mut conn = database.connection().await;
    let registers = registers(&mut conn, None).await.unwrap();
    let plain = measure_city(&registers, &rulebook, as_of).unwrap();
    let judged = judge(&registers, &rulebook, as_of).unwrap();
    assert_eq!(city.parcel_grounds.len(), registers.parcels.len());
    assert_eq!(city.building_grounds.len(), registers.buildings.len());

    let (mut built, mut compared) = (0, 0);
    for at in 0..city.parcel_grounds.len() {
        let code = std::str::from_utf8(city.parcels.parcel_code.get(at)).unwrap();
        let position = registers.parcels.iter().position(|version| version.record.parcel_code == code).unwrap();
        let (own, other) = (&measured.sites[at], &plain.parcels[position]);
        assert!(close(own.footprint_m2, other.overlay.footprint_m2), "{code}");
        match (own.counting_floor_area_m2(), other.overlay.counting_floor_area_m2()) {
            (Some(one), Some(other)) => assert!(close(one, other), "{code}"),
            (one, other) => assert_eq!(one, other, "{code}"),
        }
        built += usize::from(!own.parts.is_empty());
        let evaluation = evaluate_parcel(&city, at, own, &rulebook, as_of).unwrap();
        let screened: Vec<_> = screening.of(at).map(|(rule, code)| (rule.clone(), code)).collect();
        let evaluated: Vec<_> =
            evaluation.findings.iter().map(|(rule, finding)| (rule.clone(), OutcomeCode::of(&finding.outcome))).collect();
        assert_eq!(screened, evaluated, "{code}");
        // Where the registers decide by nothing that the snapshot lacks, they decide alike.
        for row in judged.findings.iter().filter(|row| row.subject_code == code) {
            let Some(comparison) = row.finding.comparison() else { continue };
            const KNOWN: [FactName; 7] = [
                FactName::SiteArea,
                FactName::FootprintArea,
                FactName::CountingFloorArea,
                FactName::Industry,
                FactName::ContractFarMin,
                FactName::ContractDensityMax,
                FactName::Operating,
            ];
            if comparison.inputs.iter().all(|input| KNOWN.contains(&input.name)) {
                let screened = screening.of(at).find(|(rule, _)| **rule == row.finding.rule).map(|(_, code)| code);
                assert_eq!(screened, Some(OutcomeCode::of(&row.finding.outcome)), "{code} {}", row.finding.rule);
                compared += 1;
            }
        }
    }
    assert!(built > 100 && compared > 200, "{built} {compared}");
    for (at, own) in measured.leftovers.iter().enumerate() {
        let number = std::str::from_utf8(city.approvals.approval_number.get(at)).unwrap();
        let position = registers.approvals.iter().position(|version| version.record.approval_number == number).unwrap();
        let other = plain.leftovers[position].as_ref().unwrap();
        assert!(close(own.covered_m2, other.covered_m2) && close(own.sliver_m2, other.sliver_m2), "{number}");
        assert!(close(own.leftover_m2, other.leftover_m2) && close(own.counted_m2, other.counted_m2), "{number}");
    }
}

#[test]
fn days_in_columns_count_from_the_year_two_thousand() {
    assert_eq!((day_number(day("2000-01-01")), day_number(day("1999-12-31")), day_number(day("2020-01-01"))), (0, -1, 7_305));
}

fn column(grounds: &[Ground]) -> GroundColumn {
    let mut column = GroundColumn::default();
    for ground in grounds {
        column.outlines.push(&ground.surface);
        column.ellipsoidal_m2.push(ground.ellipsoidal_area_m2);
    }
    column
}

/// Two rows of lots, 60 m by 50 m, and buildings with their storeys.
fn snapshot(buildings: &[(Ground, i32)]) -> CitySnapshot {
    let mut columns = CityColumns::default();
    let lots: Vec<Ground> =
        (0..8).map(|lot| ground(rectangle(f64::from(lot % 4) * 60.0, f64::from(lot / 4) * 50.0, 60.0, 50.0))).collect();
    for lot in 0..lots.len() {
        columns.parcels.division_code.push(COUNTY.as_bytes());
        columns.parcels.parcel_code.push(format!("P{lot}").as_bytes());
        columns.parcels.industry_edition.push(b"");
        columns.parcels.industry_code.push(b"");
        columns.parcels.documentary_area_m2.push(f64::NAN);
        columns.parcels.stated_counting_floor_area_m2.push(f64::NAN);
        columns.parcels.stated_footprint_m2.push(f64::NAN);
    }
    columns.parcels.ground = column(&lots);
    for (number, (_, storeys)) in buildings.iter().enumerate() {
        columns.buildings.division_code.push(COUNTY.as_bytes());
        columns.buildings.building_code.push(format!("B{number}").as_bytes());
        columns.buildings.storeys_above.push(*storeys);
        columns.buildings.storey_height_m.push(4.0);
        columns.buildings.stated_floor_area_m2.push(f64::NAN);
    }
    columns.buildings.ground = column(&buildings.iter().map(|(ground, _)| ground.clone()).collect::<Vec<_>>());
    CitySnapshot::new(columns).unwrap()
}

fn changed((ground, storeys): &(Ground, i32)) -> ChangedBuilding {
    let body = BuildingBody { storeys_above: Some(*storeys), storey_height_m: Some(4.0), stated_floor_area_m2: None };
    ChangedBuilding { ground: PlanarGround::project(ground).unwrap(), body }
}

#[test]
fn a_storey_more_makes_the_finding_about_its_parcel_disappear_and_no_other() {
    // 60 m by 50 m with 40 m by 30 m on three storeys: 1.2, below the reference of 1.5; four storeys make 1.6.
    let house = ground(rectangle(10.0, 10.0, 40.0, 30.0));
    let city = EditedCity::new(Arc::new(snapshot(&[(house.clone(), 3)])));
    let change = BuildingChange::Altered { position: 0, now: changed(&(house, 4)) };
    let rulebook = mujun::app::rulebook::load(None).unwrap();
    let (after, parcels) = reevaluate(&city, change, &rulebook, day("2026-06-30")).unwrap();
    assert_eq!(parcels.len(), 1);
    let one = &parcels[0];
    assert_eq!(one.parcel, 0);
    let moved: Vec<&str> = one
        .before
        .findings
        .iter()
        .filter(|(rule, finding)| OutcomeCode::of(&finding.outcome) != OutcomeCode::of(&one.after.findings[*rule].outcome))
        .map(|(rule, _)| rule.as_str())
        .collect();
    assert!(!moved.is_empty(), "no rule saw that the plot ratio rose from 1.2 to 1.6");
    let rules = CountingRules { tall_storey_m: 9.0, tall_storey_factor: 2.0 };
    let ratio = after.measure(&[0], rules)[0].counting_floor_area_m2().unwrap() / after.base().parcel_grounds.ellipsoidal_m2(0);
    assert!((ratio - 1.6).abs() < 1e-9, "{ratio}");
}

#[test]
fn a_building_that_is_not_there_changes_nothing() {
    let house = (ground(rectangle(10.0, 10.0, 40.0, 30.0)), 3);
    let city = EditedCity::new(Arc::new(snapshot(std::slice::from_ref(&house))));
    let (gone, touched) = city.with_building_changed(BuildingChange::Demolished { position: 0 });
    assert_eq!(touched, [0]);
    let (_, touched) = gone.with_building_changed(BuildingChange::Demolished { position: 0 });
    assert!(touched.is_empty());
    let (_, touched) = gone.with_building_changed(BuildingChange::Altered { position: 0, now: changed(&house) });
    assert!(touched.is_empty());
}

fn building() -> impl Strategy<Value = (Ground, i32)> {
    (0.0..220.0f64, 0.0..90.0f64, 5.0..40.0f64, 5.0..40.0f64, 0.0..90.0f64, 1..6i32)
        .prop_map(|(x, y, width, height, angle, storeys)| (ground(turned(x, y, width, height, angle)), storeys))
}

#[derive(Clone, Debug)]
enum Edit {
    Build((Ground, i32)),
    Alter(usize, (Ground, i32)),
    Demolish(usize),
}

fn edit() -> impl Strategy<Value = Edit> {
    prop_oneof![
        building().prop_map(Edit::Build),
        (0..9usize, building()).prop_map(|(at, building)| Edit::Alter(at, building)),
        (0..9usize).prop_map(Edit::Demolish),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_patched_city_measures_as_one_that_is_read_anew(
        buildings in prop::collection::vec(building(), 1..6), edits in prop::collection::vec(edit(), 1..6)
    ) {
        let rules = CountingRules { tall_storey_m: 9.0, tall_storey_factor: 2.0 };
        let mut city = EditedCity::new(Arc::new(snapshot(&buildings)));
        let mut standing: Vec<Option<(Ground, i32)>> = buildings.into_iter().map(Some).collect();
        for edit in edits {
            let all: Vec<usize> = (0..8).collect();
            let before = city.measure(&all, rules);
            let change = match &edit {
                Edit::Build(now) => BuildingChange::Built(changed(now)),
                Edit::Alter(position, now) => BuildingChange::Altered { position: *position, now: changed(now) },
                Edit::Demolish(position) => BuildingChange::Demolished { position: *position },
            };
            match edit {
                Edit::Build(now) => standing.push(Some(now)),
                Edit::Alter(at, now) => if let Some(place) = standing.get_mut(at).filter(|place| place.is_some()) { *place = Some(now) },
                Edit::Demolish(at) => if let Some(place) = standing.get_mut(at) { *place = None },
            }
            let (after, touched) = city.with_building_changed(change);
            let patched = after.measure(&all, rules);
            let left: Vec<(Ground, i32)> = standing.iter().flatten().cloned().collect();
            let anew = snapshot(&left);
            let read: Vec<SiteMeasure> = measure_sites(&anew.parcel_grounds, &anew.building_grounds, &anew.bodies, rules);
            for parcel in all {
                let (one, other) = (&patched[parcel], &read[parcel]);
                prop_assert!(close(one.footprint_m2, other.footprint_m2), "{parcel}: {one:?} {other:?}");
                prop_assert!(close(one.counting_floor_area_m2().unwrap(), other.counting_floor_area_m2().unwrap()), "{parcel}");
                prop_assert!(touched.contains(&parcel) || before[parcel] == patched[parcel], "{parcel} changed and was not touched");
            }
            city = after;
        }
    }
}
