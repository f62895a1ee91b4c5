//! A preview of so many changed rows that it pays to index those which the import ends: every subject that comes out otherwise is judged,
//! and as in the whole city, whatever the rows pointed to before.

use mujun::app::consequence::foresee_by;
use mujun::app::import::unwatched;
use mujun::app::judgement::JudgedFinding;
use mujun::app::registers::Registers;
use mujun::register::{ConstructionState, RegisterKind};
use mujun::store::import;
use sqlx::{Connection, PgConnection};

use super::foresee_random::{
    Outcomes, brought, enterprise_year, extension, is_as_in_the_whole_city, occupancy, outcomes, unlike, whole,
};
use super::replay::law;
use super::world::World;
use crate::town::{self, add_building, add_parcel, add_supply, day, ground, rectangle};

/// The rows from which on they are indexed.
const ROWS: usize = 500;

/// Whether rows are as they came first, or each about something else than before.
#[derive(Clone, Copy)]
enum Turn {
    First,
    Second,
}

/// A row for each parcel of a lattice of lots.
fn rows(kind: RegisterKind, turn: Turn) -> Registers {
    let mut town = town::registers();
    for n in 0..ROWS {
        let (x, y) = ((n % 30) as f64 * 60.0, (n / 30) as f64 * 60.0);
        // What it points to: in the second turn far off from the first, so that another stretch of rows reaches it, and something larger
        // or smaller, and built on or not.
        let other = match turn {
            Turn::First => n,
            Turn::Second => (n + ROWS / 2 + 1) % ROWS,
        };
        match kind {
            RegisterKind::Parcels => {
                add_parcel(&mut town, &format!("P{n}"), ground(rectangle(x, y, 40.0 + (n % 11) as f64, 50.0)), None)
            }
            RegisterKind::Buildings => {
                add_building(&mut town, ground(rectangle(x + 10.0, y + 5.0, 30.0, 30.0)), Some(1), Some(4.0))
            }
            RegisterKind::Supplies => {
                let mut record = town::supply(&format!("S{n}"), Some(&format!("P{other}")));
                record.construction_state =
                    Some(if n % 2 == 0 { ConstructionState::Finished } else { ConstructionState::NotStarted });
                record.agreed_start_on = Some(day(&format!("{}-01-01", 2020 + n % 5)));
                add_supply(&mut town, record);
            }
            RegisterKind::SupplyEvents => {
                let new_start = if n % 2 == 0 { "2025-01-01" } else { "2023-01-01" };
                town.supply_events.push(extension(n, other, new_start));
            }
            RegisterKind::Occupancies => town.occupancies.push(occupancy(n, n, &format!("P{other}"))),
            RegisterKind::EnterpriseYears => town.enterprise_years.extend((2021..=2023).map(|year| {
                let mut of_year = enterprise_year(n, year, n as f64);
                of_year.record.grade = Some(if n % 2 == 0 { "D" } else { "B" }.into());
                of_year
            })),
            other => panic!("{other:?}"),
        }
    }
    town
}

/// The indexes of the rows that a preview lists.
async fn indexes(tx: &mut PgConnection) -> Vec<String> {
    sqlx::query_scalar("select indexname::text from pg_indexes where tablename = 'foreseen_row' order by 1")
        .fetch_all(tx)
        .await
        .unwrap()
}

#[tokio::test]
async fn a_preview_of_many_changed_rows_judges_all_that_comes_out_otherwise_and_as_in_the_whole_city() {
    let world = World::new().await;
    let mut conn = world.city.connection().await;
    let registers = [
        (RegisterKind::Supplies, vec!["code", "parcel"]),
        (RegisterKind::SupplyEvents, vec!["supply"]),
        (RegisterKind::Occupancies, vec!["enterprise", "parcel"]),
        // The first buildings there are reach every parcel there is.
        (RegisterKind::Buildings, vec![]),
    ];
    let first = registers[..3].iter().map(|(kind, _)| *kind);
    for kind in [RegisterKind::Parcels, RegisterKind::EnterpriseYears].into_iter().chain(first) {
        let mut tx = conn.begin().await.unwrap();
        let id = brought(&mut tx, kind, "first", &rows(kind, Turn::First)).await;
        import::record_revision(&mut tx, Some(id), "导入").await.unwrap();
        tx.commit().await.unwrap();
    }
    world.evaluate(&law(), "2024-06-30", None).await;
    let mut before = whole(&mut conn).await;
    for (kind, links) in registers {
        let mut tx = conn.begin().await.unwrap();
        let id = brought(&mut tx, kind, "second", &rows(kind, Turn::Second)).await;
        let (mut old, mut new) = (Outcomes::new(), Outcomes::new());
        let mut see = |one: &[JudgedFinding], other: &[JudgedFinding]| {
            old.extend(outcomes(one));
            new.extend(outcomes(other));
        };
        foresee_by(&mut tx, id, 150, Some(&mut see), &unwatched).await.unwrap().unwrap();
        let mut expected: Vec<String> =
            ["geom", "kind", "place"].iter().chain(&links).map(|part| format!("foreseen_row_{part}")).collect();
        expected.sort();
        assert_eq!(indexes(&mut tx).await, expected, "{kind:?}");
        let after = whole(&mut tx).await;
        import::record_revision(&mut tx, Some(id), "导入").await.unwrap();
        tx.commit().await.unwrap();
        is_as_in_the_whole_city(&format!("{kind:?}"), (&old, &new), (&before, &after));
        assert!(unlike(&before, &after).len() > 50, "{kind:?}: nothing followed");
        before = after;
    }
}
