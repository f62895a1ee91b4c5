//! The target ledger: each square metre once, counties add up to the city, and the order of rows does not matter.

use mujun::app::registers::Registers;
use mujun::app::target::{TargetProgress, progress};

use crate::town::{add_project, add_target, day, ground, rectangle, registers};

fn told(registers: &Registers) -> TargetProgress {
    progress(registers, None, day("2026-06-30")).unwrap().unwrap()
}

/// Two hectares that overlap by half of one, in two counties; a third not yet accepted; a fourth without an outline.
fn town() -> Registers {
    let mut town = registers();
    add_target(&mut town, 100_000.0);
    add_project(&mut town, "A", "330402", 10_000.0, Some(ground(rectangle(0.0, 0.0, 100.0, 100.0))), Some("2024-03-01"));
    add_project(&mut town, "B", "330411", 12_000.0, Some(ground(rectangle(50.0, 0.0, 100.0, 100.0))), Some("2025-03-01"));
    add_project(&mut town, "C", "330411", 7_000.0, Some(ground(rectangle(300.0, 0.0, 100.0, 100.0))), None);
    add_project(&mut town, "D", "330402", 3_000.0, None, Some("2025-05-01"));
    town
}

fn about(found: f64, planar: f64) -> bool {
    (found - planar).abs() <= planar * 2e-4 + 0.01
}

#[test]
fn overlapping_projects_count_once_and_the_earlier_claim_gets_the_ground() {
    let told = told(&town());
    assert!(about(told.credited_m2, 15_000.0), "{}", told.credited_m2);
    assert!(about(told.overlap_m2, 5_000.0), "{}", told.overlap_m2);
    let credit = |code: &str| told.projects.iter().find(|project| project.project_code == code).unwrap().credited_m2;
    assert!(about(credit("A"), 10_000.0) && about(credit("B"), 5_000.0));
    assert_eq!(told.conflicts.len(), 1);
    assert_eq!((told.conflicts[0].project_code.as_str(), told.conflicts[0].other_project_code.as_str()), ("B", "A"));
}

#[test]
fn the_bridge_from_reported_to_credited_closes() {
    let told = told(&town());
    assert_eq!(told.reported_m2, 32_000.0);
    assert_eq!(told.not_counted_stage_m2, 7_000.0);
    assert_eq!(told.without_geometry_m2, 3_000.0);
    let closed =
        told.reported_m2 - told.not_counted_stage_m2 - told.without_geometry_m2 + told.measured_difference_m2 - told.overlap_m2;
    assert!((closed - told.credited_m2).abs() < 1e-6, "{closed} and {}", told.credited_m2);
}

#[test]
fn counties_and_years_add_up_to_the_city() {
    let town = town();
    let told = told(&town);
    let counties: f64 = told.counties.iter().map(|county| county.credited_m2).sum();
    let years: f64 = told.years.iter().map(|year| year.credited_m2).sum();
    assert!((counties - told.credited_m2).abs() < 1e-6);
    assert!((years - told.credited_m2).abs() < 1e-6);
    let alone: f64 = ["330402", "330411"]
        .iter()
        .map(|county| progress(&town, Some(county), day("2026-06-30")).unwrap().unwrap().credited_m2)
        .sum();
    assert!((alone - told.credited_m2).abs() < 1e-6, "a county asked alone gets its share of the city's settlement");
}

#[test]
fn the_order_of_the_register_does_not_move_a_square_metre() {
    let mut other = town();
    other.projects.reverse();
    other.events.reverse();
    let (one, two) = (told(&town()), told(&other));
    assert_eq!(one.credited_m2, two.credited_m2);
    assert_eq!(one.conflicts, two.conflicts);
}

#[test]
fn what_happens_after_the_day_or_outside_the_years_does_not_count() {
    let mut town = town();
    add_project(&mut town, "E", "330402", 1.0, Some(ground(rectangle(600.0, 0.0, 10.0, 10.0))), Some("2026-07-01"));
    add_project(&mut town, "F", "330402", 1.0, Some(ground(rectangle(700.0, 0.0, 10.0, 10.0))), Some("2022-12-31"));
    let told = told(&town);
    assert!(about(told.credited_m2, 15_000.0));
    assert!(
        told.projects
            .iter()
            .filter(|project| ["E", "F"].contains(&project.project_code.as_str()))
            .all(|p| p.counted_on.is_none())
    );
}

#[test]
fn without_a_target_there_is_no_progress() {
    assert!(progress(&registers(), None, day("2026-06-30")).unwrap().is_none());
}
