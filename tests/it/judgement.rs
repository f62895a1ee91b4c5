//! The city measured and judged: areas worked out on paper, each square metre once, and PostGIS asked the same question.

use std::ops::ControlFlow;

use mujun::app::judgement::{JudgedFinding, Judgement, judge, judge_in_parts};
use mujun::app::measuring::measure_city;
use mujun::app::registers::Registers;
use mujun::register::ConstructionState;
use mujun_domain::finding::OutcomeCode;
use mujun_domain::kind::Kind;
use mujun_domain::rulebook::Rulebook;
use mujun_domain::subject::SubjectKind;
use rand::{Rng, SeedableRng};
use sqlx::Row;

use crate::support::TestCity;
use crate::town::{
    COUNTY, add_approval, add_building, add_parcel, add_supply, day, ground, rectangle, registers, supply, turned,
};

fn rulebook() -> Rulebook {
    mujun::app::rulebook::load(None).unwrap()
}

fn judged(registers: &Registers) -> Judgement {
    judge(registers, &rulebook(), day("2026-06-30")).unwrap()
}

fn outcome(judgement: &Judgement, subject: &str, rule: &str) -> OutcomeCode {
    let row = judgement.findings.iter().find(|row| row.subject_code == subject && row.finding.rule.as_str() == rule);
    OutcomeCode::of(&row.unwrap_or_else(|| panic!("no finding {rule} about {subject}")).finding.outcome)
}

#[test]
fn floor_area_is_counted_inside_the_parcel_only_and_tall_storeys_count_twice() {
    let mut town = registers();
    add_parcel(&mut town, "P", ground(rectangle(0.0, 0.0, 100.0, 100.0)), None);
    // 20 × 40 m with 3 storeys, wholly inside: 2 400 m² of floor.
    add_building(&mut town, ground(rectangle(10.0, 10.0, 20.0, 40.0)), Some(3), Some(4.0));
    // 30 × 20 m of 8.01 m storey height, half of it across the eastern boundary: 300 m² inside, counted twice.
    add_building(&mut town, ground(rectangle(85.0, 50.0, 30.0, 20.0)), Some(1), Some(8.01));
    // Exactly 8 m is not "more than 8 m": 100 m², counted once.
    add_building(&mut town, ground(rectangle(50.0, 80.0, 10.0, 10.0)), Some(1), Some(8.0));
    let city = measure_city(&town, &rulebook(), day("2026-06-30")).unwrap();
    let measure = &city.parcels[0];
    // The figures are ellipsoidal: 0.0127 % below those of the plane here, so compare to 0.02 %.
    let close = |found: f64, expected: f64| (found / expected - 1.0).abs() < 2e-4;
    assert!(close(measure.footprint_m2.unwrap(), 1_200.0), "{:?}", measure.footprint_m2);
    assert!(close(measure.counting_floor_area_m2.unwrap(), 3_100.0), "{:?}", measure.counting_floor_area_m2);
    let ratio = measure.counting_floor_area_m2.unwrap() / measure.site.m2;
    assert!((ratio - 0.31).abs() < 1e-6, "plane and ellipsoid cancel in the ratio: {ratio}");
}

#[test]
fn overlapping_outlines_cover_ground_once() {
    let mut town = registers();
    add_parcel(&mut town, "P", ground(rectangle(0.0, 0.0, 100.0, 100.0)), None);
    add_building(&mut town, ground(rectangle(10.0, 10.0, 20.0, 20.0)), Some(1), None);
    add_building(&mut town, ground(rectangle(20.0, 10.0, 20.0, 20.0)), Some(1), None);
    let city = measure_city(&town, &rulebook(), day("2026-06-30")).unwrap();
    let density = city.parcels[0].footprint_m2.unwrap() / city.parcels[0].site.m2;
    assert!((density - 0.06).abs() < 1e-6, "30 × 20 m of ground, not 2 × 20 × 20: {density}");
}

#[test]
fn a_building_without_storeys_leaves_the_plot_ratio_undetermined() {
    let mut town = registers();
    add_parcel(&mut town, "P", ground(rectangle(0.0, 0.0, 100.0, 100.0)), None);
    add_building(&mut town, ground(rectangle(10.0, 10.0, 20.0, 20.0)), None, None);
    let mut contract = supply("S", Some("P"));
    contract.construction_state = Some(ConstructionState::Finished);
    contract.contract_far_min = Some(0.8);
    add_supply(&mut town, contract);
    assert_eq!(outcome(&judged(&town), "P", "far-below-contract"), OutcomeCode::Undetermined);
}

#[test]
fn the_leftover_of_an_approval_is_what_no_contract_covers() {
    let mut town = registers();
    add_approval(&mut town, "A", "2020-01-01", Some(ground(rectangle(0.0, 0.0, 200.0, 100.0))));
    add_parcel(&mut town, "P1", ground(rectangle(0.0, 0.0, 120.0, 100.0)), None);
    add_supply(&mut town, supply("S1", Some("P1")));
    // A second contract on the same ground must not count twice.
    let mut second = supply("S2", None);
    second.ground = Some(ground(rectangle(100.0, 0.0, 30.0, 100.0)));
    add_supply(&mut town, second);
    let judgement = judged(&town);
    let row = judgement.findings.iter().find(|row| row.subject_code == "A").unwrap();
    assert_eq!(row.finding.flag, Some(Kind::ApprovedNotSupplied));
    let area = row.flagged_area_m2.unwrap();
    assert!((area - 7_000.0).abs() < 1.0, "70 × 100 m less 0.0127 %: {area}");
    let surface = row.surface.as_ref().unwrap();
    assert!((mujun_geometry::area::ellipsoidal_area(surface) - area).abs() < 0.01);
}

#[test]
fn a_contract_signed_after_the_day_of_the_law_has_not_supplied_anything_yet() {
    let mut town = registers();
    add_approval(&mut town, "A", "2020-01-01", Some(ground(rectangle(0.0, 0.0, 100.0, 100.0))));
    add_parcel(&mut town, "P", ground(rectangle(0.0, 0.0, 100.0, 100.0)), None);
    let mut contract = supply("S", Some("P"));
    contract.contract_signed_on = Some(day("2026-07-01"));
    add_supply(&mut town, contract);
    let leftover = |as_of: &str| {
        let city = measure_city(&town, &rulebook(), day(as_of)).unwrap();
        city.leftovers[0].as_ref().unwrap().leftover_m2
    };
    assert!(leftover("2026-06-30") > 9_990.0);
    assert_eq!(leftover("2026-07-01"), 0.0);
}

#[test]
fn ground_left_over_by_two_approvals_is_counted_for_the_older_one() {
    let mut town = registers();
    add_approval(&mut town, "B", "2019-01-01", Some(ground(rectangle(0.0, 0.0, 100.0, 100.0))));
    add_approval(&mut town, "A", "2021-01-01", Some(ground(rectangle(50.0, 0.0, 100.0, 100.0))));
    let judgement = judged(&town);
    let area = |number: &str| judgement.findings.iter().find(|row| row.subject_code == number).unwrap().flagged_area_m2.unwrap();
    assert!((area("B") - 10_000.0).abs() < 2.0, "{}", area("B"));
    assert!((area("A") - 5_000.0).abs() < 1.0, "{}", area("A"));
}

#[test]
fn a_withdrawn_approval_does_not_take_the_ground_of_the_one_that_replaced_it() {
    let mut town = registers();
    add_approval(&mut town, "B", "2019-01-01", Some(ground(rectangle(0.0, 0.0, 100.0, 100.0))));
    town.approvals[0].record.withdrawn_on = Some(day("2020-01-01"));
    add_approval(&mut town, "A", "2021-01-01", Some(ground(rectangle(0.0, 0.0, 100.0, 100.0))));
    let judgement = judged(&town);
    assert_eq!(outcome(&judgement, "B", "approved-not-supplied"), OutcomeCode::NotApplicable);
    let area = judgement.findings.iter().find(|row| row.subject_code == "A").unwrap().flagged_area_m2.unwrap();
    assert!((area - 10_000.0).abs() < 2.0, "{area}");
}

#[test]
fn a_parcel_of_two_kinds_is_counted_under_the_first() {
    let mut town = registers();
    add_parcel(&mut town, "P", ground(rectangle(0.0, 0.0, 100.0, 100.0)), Some(10_000.0));
    add_building(&mut town, ground(rectangle(10.0, 10.0, 20.0, 20.0)), Some(1), None);
    let mut late = supply("S1", Some("P"));
    late.construction_state = Some(ConstructionState::NotStarted);
    late.agreed_start_on = Some(day("2025-01-01"));
    add_supply(&mut town, late);
    let mut built = supply("S2", Some("P"));
    built.construction_state = Some(ConstructionState::Finished);
    built.contract_far_min = Some(0.8);
    add_supply(&mut town, built);
    let judgement = judged(&town);
    let parcel = &judgement.parcels[0];
    assert_eq!(parcel.kinds, [Kind::SuppliedNotUsed, Kind::Underused]);
    assert_eq!(parcel.counted_kind, Some(Kind::SuppliedNotUsed));
    let flagged: Vec<f64> = judgement.findings.iter().filter_map(|row| row.flagged_area_m2).collect();
    assert_eq!(flagged.iter().sum::<f64>(), 10_000.0, "{flagged:?}");
}

#[test]
fn what_is_not_on_record_is_neither_late_nor_on_time() {
    let mut town = registers();
    let mut contract = supply("S", None);
    contract.agreed_start_on = Some(day("2020-01-01"));
    add_supply(&mut town, contract);
    assert_eq!(outcome(&judged(&town), "S", "construction-overdue"), OutcomeCode::Undetermined);
}

#[test]
fn the_same_facts_in_another_order_give_the_same_sums() {
    let (town, mut other) = (random_town(40), random_town(40));
    other.buildings.reverse();
    let (one, two) = (judged(&town), judged(&other));
    let kinds = |judgement: &Judgement| judgement.parcels.iter().map(|parcel| parcel.kinds.clone()).collect::<Vec<_>>();
    assert_eq!(kinds(&one), kinds(&two));
    assert_eq!(one.digest, judged(&town).digest, "twice the same question, twice the same bytes");
}

#[test]
fn a_city_judged_part_by_part_says_the_same_in_the_same_order() {
    let mut town = random_town(600);
    for i in (0..600).rev() {
        let mut contract = supply(&format!("S{i:03}"), if i % 7 == 0 { None } else { Some(format!("P{:03}", i / 2)) }.as_deref());
        contract.construction_state =
            Some([ConstructionState::NotStarted, ConstructionState::Started, ConstructionState::Finished][i % 3]);
        contract.agreed_start_on = Some(day("2024-01-01"));
        contract.contract_far_min = Some(0.8);
        contract.documentary_area_m2 = Some(1_000.0);
        add_supply(&mut town, contract);
    }
    for i in 0..20 {
        let (x, y) = (f64::from(i % 5) * 300.0, f64::from(i / 5) * 300.0);
        add_approval(&mut town, &format!("A{i}"), "2020-01-01", Some(ground(rectangle(x, y, 320.0, 200.0))));
    }
    let whole = judged(&town);
    let (mut parts, mut rows) = (0, Vec::new());
    let summed = judge_in_parts(&town, &rulebook(), day("2026-06-30"), &mut |part| {
        parts += 1;
        rows.extend(part);
        ControlFlow::Continue(())
    });
    let summed = summed.unwrap().unwrap();
    assert!(parts > 2, "{parts} part");
    assert_eq!(rows.len(), whole.findings.len());
    for ((written, row), detail) in rows.iter().zip(&whole.findings).zip(&whole.details) {
        assert_eq!(written.detail, *detail);
        let said =
            |row: &JudgedFinding| (row.subject_code.clone(), row.parcel_code.clone(), row.flagged_area_m2, row.surface.clone());
        assert_eq!(said(&written.row), said(row));
    }
    assert_eq!((summed.digest, summed.subjects), (whole.digest, whole.subjects));
    // Each square metre once, whoever bears it.
    let of = |kind: SubjectKind| whole.findings.iter().filter(move |row| row.subject == kind);
    assert!(
        [SubjectKind::Parcel, SubjectKind::Supply].map(|kind| of(kind).any(|row| row.flagged_area_m2 > Some(0.0))) == [true; 2]
    );
    let alone: f64 = town.supplies.iter().filter(|version| version.record.parcel_code.is_none()).map(|_| 1_000.0).sum();
    let borne: f64 = of(SubjectKind::Parcel).chain(of(SubjectKind::Supply)).filter_map(|row| row.flagged_area_m2).sum();
    let counted: f64 = whole.parcels.iter().map(|parcel| parcel.flagged_area_m2).sum();
    assert!(borne <= counted + alone && borne > counted, "{borne} of {counted} and {alone}");
    let stopped = judge_in_parts(&town, &rulebook(), day("2026-06-30"), &mut |_| ControlFlow::Break(()));
    assert!(stopped.unwrap().is_none());
}

fn random_town(parcels: usize) -> Registers {
    let mut rng = rand_chacha::ChaCha8Rng::seed_from_u64(7);
    let mut town = registers();
    for i in 0..parcels {
        let (x, y) = ((i % 10) as f64 * 150.0, (i / 10) as f64 * 150.0);
        add_parcel(&mut town, &format!("P{i:03}"), ground(turned(x, y, 120.0, 90.0, rng.random_range(-5.0..5.0))), None);
        for _ in 0..3 {
            let (dx, dy) = (rng.random_range(-20.0..110.0), rng.random_range(-20.0..80.0));
            let (width, height) = (rng.random_range(8.0..50.0), rng.random_range(8.0..50.0));
            let shape = turned(x + dx, y + dy, width, height, rng.random_range(0.0..90.0));
            add_building(&mut town, ground(shape), Some(rng.random_range(1..6)), Some(rng.random_range(3.0..12.0)));
        }
    }
    town
}

/// The oracle: overlay of the same rings by PostGIS (GEOS), in the plane, one row a parcel.
const ORACLE: &str = "
    with site as (select ordinality as n, st_transform(st_geomfromwkb(g, 4490), 4549) as g
                  from unnest($1::bytea[]) with ordinality as t(g, ordinality)),
         house as (select st_transform(st_geomfromwkb(g, 4490), 4549) as g, s as storeys, h as height
                   from unnest($2::bytea[], $3::int[], $4::float8[]) as t(g, s, h))
    select site.n,
           coalesce(st_area(st_union(st_intersection(site.g, house.g))), 0) / st_area(site.g) as density,
           coalesce(sum(st_area(st_intersection(site.g, house.g)) * storeys * case when height > 8 then 2 else 1 end), 0)
               / st_area(site.g) as plot_ratio
    from site left join house on st_intersects(site.g, house.g)
    group by site.n, site.g order by site.n";

#[tokio::test]
async fn postgis_measures_the_same_plot_ratios_and_densities() {
    let town = random_town(120);
    let city = measure_city(&town, &rulebook(), day("2026-06-30")).unwrap();
    let wkb = |ground: &mujun::register::Ground| mujun_geometry::wkb::to_ewkb(&ground.surface);
    let sites: Vec<Vec<u8>> = town.parcels.iter().map(|version| wkb(&version.record.ground)).collect();
    let houses: Vec<Vec<u8>> = town.buildings.iter().map(|version| wkb(&version.record.ground)).collect();
    let storeys: Vec<i32> = town.buildings.iter().filter_map(|version| version.record.storeys_above).collect();
    let heights: Vec<f64> = town.buildings.iter().filter_map(|version| version.record.storey_height_m).collect();
    let database = TestCity::new().await;
    let rows = sqlx::query(ORACLE).bind(sites).bind(houses).bind(storeys).bind(heights).fetch_all(&database.pool).await.unwrap();
    assert_eq!(rows.len(), town.parcels.len());
    let mut crossing = 0;
    for (row, measure) in rows.iter().zip(&city.parcels) {
        let (density, plot_ratio): (f64, f64) = (row.get("density"), row.get("plot_ratio"));
        let ours = (measure.footprint_m2.unwrap() / measure.site.m2, measure.counting_floor_area_m2.unwrap() / measure.site.m2);
        assert!((ours.0 - density).abs() < 1e-6, "density {} and {density}", ours.0);
        assert!((ours.1 - plot_ratio).abs() < 1e-6 * plot_ratio.max(1.0), "plot ratio {} and {plot_ratio}", ours.1);
        crossing += usize::from(measure.overlay.parts.len() > 1);
    }
    assert!(crossing > 50, "the town must have sites with several buildings, or nothing was compared: {crossing}");
    assert_eq!(town.parcels[0].record.division_code, COUNTY);
}

#[test]
fn a_document_that_the_outline_contradicts_decides_nothing() {
    let mut town = registers();
    // One hectare on the ground, ten on paper: a slip of the decimal point.
    add_parcel(&mut town, "P", ground(rectangle(0.0, 0.0, 100.0, 100.0)), Some(100_000.0));
    add_building(&mut town, ground(rectangle(10.0, 10.0, 50.0, 50.0)), Some(2), None);
    let mut built = supply("S", Some("P"));
    built.construction_state = Some(ConstructionState::Finished);
    built.contract_far_min = Some(0.4);
    add_supply(&mut town, built);
    let judgement = judged(&town);
    assert_eq!(outcome(&judgement, "P", "far-below-contract"), OutcomeCode::Undetermined);
    let detail = judgement.findings.iter().find(|row| row.finding.rule.as_str() == "far-below-contract").unwrap();
    assert!(serde_json::to_string(&detail.finding).unwrap().contains("相互矛盾"));
    assert_eq!(judgement.parcels[0].measure.site.basis.as_str(), "ellipsoidal");
    assert!((judgement.parcels[0].plot_ratio().unwrap() - 0.5).abs() < 1e-6);
}
