//! Supply rates and flagged areas: what was approved is accounted for, and the counties add up to the whole.

use std::path::PathBuf;
use std::sync::Arc;

use mujun::app::intake::{Intake, Limits};
use mujun::app::query::{self, SupplyRateRow};
use mujun::app::registers::Registers;
use mujun::app::state::State;

use super::replay::{law, three_kinds};
use super::world::{OTHER_COUNTY, World};
use crate::town::{COUNTY, add_approval, add_supply, day, ground, rectangle, supply};

/// Two counties, two years, ground that two approvals share, one withdrawn, one to come, one without an outline.
fn many_approvals() -> Registers {
    let mut town = three_kinds();
    add_approval(&mut town, "A2", "2021-03-01", Some(ground(rectangle(300.0, 0.0, 100.0, 100.0))));
    add_approval(&mut town, "A3", "2021-09-01", Some(ground(rectangle(350.0, 0.0, 100.0, 100.0))));
    add_approval(&mut town, "B1", "2020-05-01", Some(ground(rectangle(6_000.0, 0.0, 100.0, 100.0))));
    add_approval(&mut town, "B2", "2020-05-01", Some(ground(rectangle(6_200.0, 0.0, 100.0, 100.0))));
    add_approval(&mut town, "B3", "2025-01-01", Some(ground(rectangle(6_400.0, 0.0, 100.0, 100.0))));
    add_approval(&mut town, "B4", "2020-05-01", None);
    for version in town.approvals.iter_mut().filter(|version| version.record.approval_number.starts_with('B')) {
        version.record.division_code = OTHER_COUNTY.into();
        if version.record.approval_number == "B2" {
            version.record.withdrawn_on = Some(day("2022-01-01"));
        }
    }
    // All but a strip of 2 cm, which is a sliver.
    let mut covering = supply("S9", None);
    covering.ground = Some(ground(rectangle(6_000.02, 0.0, 99.98, 60.0)));
    covering.division_code = OTHER_COUNTY.into();
    add_supply(&mut town, covering);
    town
}

async fn judged() -> (World, State) {
    let world = World::new().await;
    world.record("first", &many_approvals()).await;
    world.evaluate(&law(), "2024-06-30", None).await;
    let intake = Arc::new(Intake::new(PathBuf::new(), Limits::default()));
    let state = State::new(world.city.pool.clone(), law(), intake);
    (world, state)
}

fn total(rows: &[SupplyRateRow]) -> [f64; 6] {
    rows.iter().fold([0.0; 6], |sum, row| {
        let areas = [row.approved_m2, row.supplied_m2, row.deducted_m2, row.sliver_m2, row.leftover_m2, row.counted_m2];
        std::array::from_fn(|i| sum[i] + areas[i])
    })
}

#[tokio::test]
async fn what_was_approved_is_supplied_deducted_slivers_and_left_in_every_county_and_year() {
    let (_world, state) = judged().await;
    let rates = query::supply_rates(&state, None, None).await.unwrap();
    let found: Vec<(&str, Option<i32>, i64, i64)> =
        rates.rows.iter().map(|row| (row.division_code.as_str(), row.year, row.approvals, row.without_geometry)).collect();
    assert_eq!(found, [(COUNTY, Some(2020), 1, 0), (COUNTY, Some(2021), 2, 0), (OTHER_COUNTY, Some(2020), 2, 1)]);
    for row in &rates.rows {
        let parts = row.supplied_m2 + row.deducted_m2 + row.sliver_m2 + row.leftover_m2;
        assert!((row.approved_m2 - parts).abs() < 0.01, "{row:?}");
    }
    // P1 covers 120 of the 200 m of A1, on paper: the rate is 0.6.
    let a1 = &rates.rows[0];
    assert!((a1.supplied_m2 / a1.approved_m2 - 0.6).abs() < 1e-6, "{a1:?}");
    // A2 and A3 share 50 m: left over twice, counted once.
    let shared = &rates.rows[1];
    assert!((shared.leftover_m2 - 20_000.0).abs() < 5.0 && (shared.counted_m2 - 15_000.0).abs() < 5.0, "{shared:?}");
    assert!((rates.rows[2].supplied_m2 / rates.rows[2].approved_m2 - 0.599_88).abs() < 1e-4, "{:?}", rates.rows[2]);

    let mut of_counties = [0.0; 6];
    for county in [COUNTY, OTHER_COUNTY] {
        let rows = query::supply_rates(&state, Some(county), None).await.unwrap().rows;
        of_counties = std::array::from_fn(|i| of_counties[i] + total(&rows)[i]);
    }
    let whole = total(&rates.rows);
    assert!(whole.iter().zip(of_counties).all(|(whole, sum)| (whole - sum).abs() < 0.01), "{whole:?} and {of_counties:?}");
    let of_2021 = query::supply_rates(&state, None, Some(2021)).await.unwrap().rows;
    assert_eq!(of_2021.len(), 1);
}

#[tokio::test]
async fn flagged_ground_of_the_counties_adds_up_to_the_whole_kind_by_kind() {
    let (world, state) = judged().await;
    let whole = query::summary(&state, None).await.unwrap();
    let mut sums = std::collections::BTreeMap::<String, f64>::new();
    for county in [COUNTY, OTHER_COUNTY] {
        for row in query::summary(&state, Some(county)).await.unwrap().kinds {
            assert_eq!(row.division_code, county);
            *sums.entry(row.kind).or_default() += row.area_m2;
        }
    }
    let mut all = std::collections::BTreeMap::<String, f64>::new();
    for row in &whole.kinds {
        *all.entry(row.kind.clone()).or_default() += row.area_m2;
    }
    assert_eq!(all.keys().collect::<Vec<_>>(), sums.keys().collect::<Vec<_>>());
    assert!(all.len() == 3 && all.iter().all(|(kind, m2)| (m2 - sums[kind]).abs() < 0.01), "{all:?} and {sums:?}");
    // The leftovers that are counted are the flagged ground of 批而未供, and no square metre of it twice.
    let counted: f64 = query::supply_rates(&state, None, None).await.unwrap().rows.iter().map(|row| row.counted_m2).sum();
    assert!((counted - all["approved_not_supplied"]).abs() < 0.01, "{counted} and {all:?}");
    let union: f64 = sqlx::query_scalar(
        "select st_area(st_union(st_transform(geom, 4549))) from finding join current_run using (run_id) where flag = 'approved_not_supplied'",
    )
    .fetch_one(&world.city.pool)
    .await
    .unwrap();
    assert!((counted / union - 1.0).abs() < 5e-4, "{counted} on the ellipsoid, {union} in the plane");
}
