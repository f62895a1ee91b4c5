//! How the rows of an import lie to each other: every overlap is PostGIS's overlap, every fault names both parties and its place,
//! and ground that was taken over is not two parcels.

mod lineage;
mod quarantine;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use axum::Router;
use mujun::app::import::unwatched;
use mujun::app::intake::{Intake, Limits};
use mujun::app::quality::{Aside, Examination, Gathered, QualityError};
use mujun::app::registers::Registers;
use mujun::app::state::State;
use mujun::ingest::{IngestIssue, IssueCode};
use mujun::register::{Ground, RegisterKind};
use mujun::serve::router;
use mujun::store::quality::{self, Listed};
use mujun::store::{building, import, parcel};
use mujun_domain::rulebook::Rulebook;
use mujun_geometry::geo::MultiPolygon;
use mujun_geometry::wkb::to_ewkb;
use sqlx::{Connection, PgConnection};

use crate::runs::world::{OTHER_COUNTY, World, file};
use crate::town::{self, COUNTY, add_building, add_parcel, ground, rectangle, turned};

/// Examines what an import recorded, as an import does that reads it back.
pub async fn examine(conn: &mut PgConnection, kind: RegisterKind, import_id: i64) -> Result<Vec<IngestIssue>, QualityError> {
    let Some(examination) = Examination::of(conn, kind, import_id).await? else { return Ok(Vec::new()) };
    let found = examination.recorded(conn, &unwatched).await?;
    examination.tell(conn, found).await
}

/// Records the parcels as a file of that name would be, and says what was found.
pub async fn bring(world: &World, name: &str, town: &Registers) -> (i64, Vec<IngestIssue>) {
    let rows: Vec<_> = (1..).zip(town.parcels.iter().map(|version| version.record.clone())).collect();
    let mut conn = world.city.connection().await;
    let mut tx = conn.begin().await.unwrap();
    let id = import::insert(&mut tx, &file(RegisterKind::Parcels, name, rows.len())).await.unwrap();
    let appended = parcel::append_versions(&mut tx, id, &rows).await.unwrap();
    import::complete(&mut tx, id, &appended).await.unwrap();
    let examination = Examination::of(&mut tx, RegisterKind::Parcels, id).await.unwrap().unwrap();
    let (first, all): (Option<i64>, i64) =
        sqlx::query_as("select min(version_id) filter (where import_id = $1), count(*) from parcel")
            .bind(id)
            .fetch_one(&mut *tx)
            .await
            .unwrap();
    let found = examination.recorded(&mut tx, &unwatched).await.unwrap();
    let issues = examination.clone().tell(&mut tx, found).await.unwrap();
    if let Some(first) = first.filter(|_| usize::try_from(all).unwrap() == rows.len()) {
        // The register was empty: what is kept aside of the file while it passes by must tell the same, without the server.
        let mut gathered = Gathered::new().unwrap();
        for rows in rows.chunks(50) {
            let outlines: Vec<_> = rows.iter().map(|(_, row)| (Aside::of(row).unwrap(), to_ewkb(&row.ground.surface))).collect();
            let numbers = rows.iter().map(|(number, _)| first - 1 + i64::from(*number));
            gathered.take(numbers.zip(&outlines).map(|(number, (aside, outline))| (number, aside, outline.as_slice()))).unwrap();
        }
        let found = examination.gathered(&gathered).unwrap();
        assert_eq!(examination.tell(&mut tx, found).await.unwrap(), issues);
    }
    import::record_revision(&mut tx, Some(id), "导入").await.unwrap();
    tx.commit().await.unwrap();
    (id, issues)
}

fn lots(lots: impl IntoIterator<Item = (&'static str, MultiPolygon<f64>)>) -> Registers {
    let mut town = town::registers();
    lots.into_iter().for_each(|(code, planar)| add_parcel(&mut town, code, ground(planar), None));
    town
}

fn told(issues: &[IngestIssue]) -> Vec<(&'static str, Option<i32>)> {
    issues.iter().map(|issue| (issue.code, issue.row)).collect()
}

#[tokio::test]
async fn every_overlap_of_a_tangle_is_that_of_postgis() {
    let world = World::new().await;
    let mut town = town::registers();
    // Rectangles turned every way, many over each other, by a fixed rule.
    for i in 0..120_i32 {
        let (x, y) = (f64::from(i * 37 % 400), f64::from(i * 61 % 400));
        let (width, height) = (f64::from(20 + i * 7 % 60), f64::from(15 + i * 11 % 70));
        add_parcel(&mut town, &format!("L{i:03}"), ground(turned(x, y, width, height, f64::from(i * 13 % 180))), None);
    }
    let (_, issues) = bring(&world, "tangle", &town).await;
    let overlaps: Vec<&IngestIssue> = issues.iter().filter(|issue| issue.code == IssueCode::GroundsOverlap.code()).collect();
    assert!(overlaps.len() > 100, "{}", overlaps.len());
    let by_postgis: Vec<(i32, i32, f64, Vec<u8>)> = sqlx::query_as(
        "with plane as (
             select source_row, ellipsoidal_area_m2 / st_area(st_transform(geom, 4549)) as factor, st_transform(geom, 4549) as geom
             from parcel
         )
         select a.source_row, b.source_row, st_area(st_intersection(a.geom, b.geom)) * a.factor,
             st_asbinary(st_transform(st_buffer(st_intersection(a.geom, b.geom), 0.001), 4490))
         from plane a join plane b on a.source_row < b.source_row and a.geom && b.geom
         where st_area(st_intersection(a.geom, b.geom)) * a.factor >= 1
             and st_area(st_intersection(a.geom, b.geom)) < 0.98 * greatest(st_area(a.geom), st_area(b.geom))",
    )
    .fetch_all(&world.city.pool)
    .await
    .unwrap();
    assert_eq!(overlaps.len(), by_postgis.len());
    for (first, second, m2, shared) in by_postgis {
        let other = format!("/ L{:03}（本文件第 {first} 行）", first - 1);
        let issue = overlaps.iter().find(|issue| issue.row == Some(second) && issue.message.contains(&other));
        let issue = issue.unwrap_or_else(|| panic!("{first} and {second} share {m2} m²"));
        let said: f64 = issue.value.as_ref().unwrap().trim_end_matches(" 平方米").parse().unwrap();
        assert!((said - m2).abs() < 0.011, "{first} and {second}: {said} for {m2}");
        let (longitude, latitude) = issue.place.unwrap();
        let is_there: bool =
            sqlx::query_scalar("select st_contains(st_geomfromwkb($1, 4490), st_setsrid(st_makepoint($2, $3), 4490))")
                .bind(shared)
                .bind(longitude)
                .bind(latitude)
                .fetch_one(&world.city.pool)
                .await
                .unwrap();
        assert!(is_there, "{first} and {second} do not overlap at {longitude}, {latitude}");
    }
}

#[tokio::test]
async fn each_fault_has_its_code_its_row_its_place_and_both_parties() {
    let world = World::new().await;
    let mut town = lots([
        ("A", rectangle(0.0, 0.0, 100.0, 100.0)),
        ("A-again", rectangle(0.0, 0.0, 100.0, 100.0)),
        ("B", rectangle(200.0, 0.0, 100.0, 100.0)),
        ("B-nearly", rectangle(200.5, 0.0, 100.0, 100.0)),
        ("C", rectangle(400.0, 0.0, 100.0, 100.0)),
        ("C-over", rectangle(490.0, 0.0, 100.0, 100.0)),
        ("D", rectangle(800.0, 0.0, 100.0, 100.0)),
        ("D-beside", rectangle(900.2, 0.0, 100.0, 100.0)),
        ("E-strip", rectangle(1_200.0, 0.0, 0.3, 100.0)),
        ("F-beyond", rectangle(5_480.0, 0.0, 100.0, 100.0)),
    ]);
    // One parcel under the code of the other county.
    add_parcel(&mut town, "A-there", ground(rectangle(5_600.0, 0.0, 50.0, 50.0)), None);
    add_parcel(&mut town, "A-there", ground(rectangle(5_600.0, 0.0, 50.0, 50.0)), None);
    town.parcels[11].record.division_code = OTHER_COUNTY.into();
    let (_, issues) = bring(&world, "faults", &town).await;
    let expected = [
        ("ING-065", Some(2)),
        ("ING-066", Some(4)),
        ("ING-067", Some(6)),
        ("ING-068", Some(8)),
        ("ING-069", Some(9)),
        ("ING-070", Some(10)),
        ("ING-070", Some(11)),
        ("ING-065", Some(12)),
    ];
    assert_eq!(told(&issues), expected, "{issues:#?}");
    let says = |position: usize, words: &[&str]| {
        for word in words {
            assert!(issues[position].message.contains(word), "“{word}” is not in {}", issues[position].message);
        }
        let (longitude, latitude) = issues[position].place.unwrap();
        assert!((120.0..121.0).contains(&longitude) && (30.0..31.0).contains(&latitude), "{longitude}, {latitude}");
    };
    says(0, &["330402 / A-again", "330402 / A（本文件第 1 行）", "同一图形"]);
    says(1, &["B-nearly", "占前者 99.50 %", "98 %"]);
    says(2, &["重叠 999.87 平方米", "占前者 10.00 %", "（本文件第 5 行）", "不少于 1 平方米"]);
    says(3, &["宽约 0.20 米、长 100.0 米", "330402 / D（本文件第 7 行）"]);
    says(4, &["平均宽度 0.30 米"]);
    says(5, &["80.0 %", "大部分在 330481"]);
    says(7, &["分属两个行政区"]);
}

#[tokio::test]
async fn a_tiling_has_no_fault_and_what_is_imported_twice_finds_nothing_new() {
    let world = World::new().await;
    let mut town = town::registers();
    for (column, row) in (0..12).flat_map(|column| (0..12).map(move |row| (column, row))) {
        let lot = rectangle(f64::from(column) * 50.0, f64::from(row) * 40.0, 50.0, 40.0);
        add_parcel(&mut town, &format!("T{column}-{row}"), ground(lot), None);
    }
    assert_eq!(bring(&world, "tiling", &town).await.1, []);
    assert_eq!(bring(&world, "again", &town).await.1, [], "nothing was recorded, so nothing is examined");
}

#[tokio::test]
async fn rows_are_held_against_what_was_registered_before() {
    let world = World::new().await;
    bring(&world, "first.gpkg", &lots([("A", rectangle(0.0, 0.0, 100.0, 100.0)), ("B", rectangle(100.0, 0.0, 100.0, 100.0))]))
        .await;
    let mut second = lots([("C", rectangle(150.0, 50.0, 100.0, 100.0))]);
    let (_, issues) = bring(&world, "second.gpkg", &second).await;
    assert_eq!(told(&issues), [("ING-067", Some(1))]);
    assert!(issues[0].message.contains("330402 / B（已登记，first.gpkg 第 2 行）"), "{}", issues[0].message);
    // Corrected by its own office: the fault is gone, and the corrected row is examined anew.
    second.parcels[0].record.ground = ground(rectangle(200.0, 0.0, 100.0, 100.0));
    assert_eq!(bring(&world, "third.gpkg", &second).await.1, []);
}

#[tokio::test]
async fn a_few_rows_are_held_against_all_that_lies_at_them_and_other_cells_are_not_looked_at() {
    let world = World::new().await;
    // Lots along a road of ten kilometres, and later a few more, each across two of them.
    let along = |number: i32| f64::from(number * 400) - 4_400.0;
    let mut road = town::registers();
    (0..24).for_each(|n| add_parcel(&mut road, &format!("R{n:02}"), ground(rectangle(along(n), 0.0, 350.0, 100.0)), None));
    bring(&world, "road.gpkg", &road).await;
    let mut few = town::registers();
    for n in [1, 7, 13, 19, 20] {
        add_parcel(&mut few, &format!("N{n:02}"), ground(rectangle(along(n) + 200.0, 80.0, 390.0, 100.0)), None);
    }
    let (id, issues) = bring(&world, "few.gpkg", &few).await;
    let overlaps: Vec<&IngestIssue> = issues.iter().filter(|issue| issue.code == IssueCode::GroundsOverlap.code()).collect();
    let by_postgis: Vec<(i32, String)> = sqlx::query_as(
        "select n.source_row, r.parcel_code from parcel n join parcel r on st_intersects(n.geom, r.geom)
         where n.import_id = $1 and r.import_id <> $1",
    )
    .bind(id)
    .fetch_all(&world.city.pool)
    .await
    .unwrap();
    assert_eq!((overlaps.len(), by_postgis.len()), (10, 10));
    for (row, code) in by_postgis {
        let other = format!(" / {code}（已登记");
        assert!(overlaps.iter().any(|issue| issue.row == Some(row) && issue.message.contains(&other)), "{row} and {code}");
    }

    let grid = quality::grid(&mut world.city.connection().await, RegisterKind::Parcels, id).await.unwrap();
    assert_eq!(grid.listed, Listed::Brought);
    let touched: Vec<(i32, i32, i64, i64, f64)> = sqlx::query_as(
        "with cell as (
             select floor(st_xmin(geom) * 128)::int as x, floor(st_ymin(geom) * 128)::int as y, count(*) as imported,
                 max(st_xmax(geom)) as east
             from parcel where import_id = $1 group by 1, 2
         )
         select x, y, imported,
             (select count(*) from parcel p where st_intersects(p.geom, st_makeenvelope(x / 128.0, y / 128.0, (x + 1) / 128.0, (y + 1) / 128.0, 4490))),
             east
         from cell order by x, y",
    )
    .bind(id)
    .fetch_all(&world.city.pool)
    .await
    .unwrap();
    let listed: Vec<_> = grid.cells.iter().map(|cell| (cell.x, cell.y, cell.imported, cell.present, cell.east)).collect();
    assert_eq!(listed, touched);
    assert!(listed.len() > 2 && listed.iter().map(|cell| cell.3).sum::<i64>() < 24, "{listed:?}");
}

#[tokio::test]
async fn the_operators_tolerances_decide_what_is_told() {
    let world = World::new().await;
    let town = lots([("A", rectangle(0.0, 0.0, 100.0, 100.0)), ("B", rectangle(99.5, 0.0, 100.0, 100.0))]);
    sqlx::query("update quality_tolerance set value = 51 where name = 'overlap_min_area'")
        .execute(&world.city.pool)
        .await
        .unwrap();
    assert_eq!(bring(&world, "above", &town).await.1, []);
    sqlx::query("update quality_tolerance set value = 49 where name = 'overlap_min_area'")
        .execute(&world.city.pool)
        .await
        .unwrap();
    let moved = lots([("A", rectangle(0.0, 0.5, 100.0, 99.5)), ("B", rectangle(99.5, 0.0, 100.0, 100.0))]);
    let (_, issues) = bring(&world, "below", &moved).await;
    assert_eq!(told(&issues), [("ING-067", Some(1))]);
    assert!(issues[0].message.contains("49 平方米"));
    sqlx::query("delete from quality_tolerance where name = 'gap_max_width'").execute(&world.city.pool).await.unwrap();
    let mut conn = world.city.connection().await;
    let mut tx = conn.begin().await.unwrap();
    let id = import::insert(&mut tx, &file(RegisterKind::Parcels, "without", 0)).await.unwrap();
    let refused = examine(&mut tx, RegisterKind::Parcels, id).await.unwrap_err();
    assert!(refused.to_string().contains("gap_max_width"), "{refused}");
}

#[tokio::test]
async fn buildings_are_held_against_their_copies_only() {
    let world = World::new().await;
    let mut town = town::registers();
    let at = |x: f64| -> Ground { ground(rectangle(x, 0.0, 40.0, 20.0)) };
    [at(0.0), at(20.0), at(20.1)].into_iter().for_each(|ground| add_building(&mut town, ground, Some(3), None));
    let rows: Vec<_> = (1..).zip(town.buildings.iter().map(|version| version.record.clone())).collect();
    let mut conn = world.city.connection().await;
    let mut tx = conn.begin().await.unwrap();
    let id = import::insert(&mut tx, &file(RegisterKind::Buildings, "buildings", rows.len())).await.unwrap();
    building::append_versions(&mut tx, id, &rows).await.unwrap();
    let issues = examine(&mut tx, RegisterKind::Buildings, id).await.unwrap();
    assert_eq!(told(&issues), [("ING-066", Some(3))]);
    assert!(issues[0].message.contains("建筑物 330402 / B3 与 330402 / B2"), "{}", issues[0].message);
}

/// The server's routes on this world, with a folder for what is uploaded.
pub fn routes(world: &World, rulebook: Arc<Rulebook>, uploads: &Path) -> Router {
    let intake = Arc::new(Intake::new(uploads.to_owned(), Limits::default()));
    router(State::new(world.city.pool.clone(), rulebook, intake))
}

/// The parcels of a county that are present ones, with their areas.
pub async fn present(world: &World) -> BTreeMap<String, f64> {
    let sql = "select parcel_code, ellipsoidal_area_m2 from parcel where upper_inf(recorded) and division_code = $1";
    let rows: Vec<(String, f64)> = sqlx::query_as(sql).bind(COUNTY).fetch_all(&world.city.pool).await.unwrap();
    rows.into_iter().collect()
}
