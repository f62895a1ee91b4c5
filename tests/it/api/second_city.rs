//! A real city of 122,840 buildings, half of a world away from ours: what tiles show of it is what PostGIS finds there.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::path::Path;

use axum::http::StatusCode;
use flate2::read::GzDecoder;
use mujun::app::query::MapLayer;

use super::geometry::compare;
use super::mvt::decode;
use super::seed::Api;

const BUILDINGS: usize = 122_840;

/// Records every building as one import, in the database's own words: the files of this city are for no office of ours.
async fn record(api: &Api, file: &Path) {
    let lines = BufReader::new(GzDecoder::new(std::fs::File::open(file).unwrap())).lines();
    let shapes: Vec<String> =
        lines.map(|line| serde_json::from_str::<serde_json::Value>(&line.unwrap()).unwrap()["geometry"].to_string()).collect();
    assert_eq!(shapes.len(), BUILDINGS);
    let mut tx = api.city.pool.begin().await.unwrap();
    for statement in [
        "insert into division (division_code, name, geom) values ('360061', 'New York',
             st_multi(st_makeenvelope(-74.3, 40.4, -73.6, 41.0, 4490)))",
        "insert into revision (cause) values ('第二个城市')",
    ] {
        sqlx::query(statement).execute(&mut *tx).await.unwrap();
    }
    let import_id: i64 = sqlx::query_scalar(
        "insert into import (kind, file_name, file_sha256, mapping_name, mapping_sha256, is_synthetic, rows_read, rows_quarantined, rows_new, rows_changed, rows_unchanged)
         values ('buildings', 'nyc', repeat('0', 64), 'nyc', repeat('0', 64), false, $1, 0, $1, 0, 0) returning import_id",
    )
    .bind(BUILDINGS as i32)
    .fetch_one(&mut *tx)
    .await
    .unwrap();
    for (number, part) in shapes.chunks(20_000).enumerate() {
        sqlx::query(
            "insert into building (division_code, building_code, ellipsoidal_area_m2, geom, import_id, source_row)
             select '360061', 'N' || ($3 + n), greatest(st_area(g::geography), 0.01), g, $1, $3 + n
             from unnest($2::text[]) with ordinality as u (shape, n)
             cross join lateral (select st_multi(st_setsrid(st_geomfromgeojson(shape), 4490)) as g) as shaped",
        )
        .bind(import_id)
        .bind(part)
        .bind(number as i32 * 20_000)
        .execute(&mut *tx)
        .await
        .unwrap();
    }
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn every_building_of_a_real_city_is_counted_and_drawn_where_it_stands() {
    let shared = std::env::var_os("MUJUN_SHARED_DATA")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data"), std::path::PathBuf::from);
    let file = shared.join("nyc-buildings/nyc_buildings.geojsonl.gz");
    if !file.exists() {
        eprintln!("跳过：没有 {}，第二个城市的测试未运行", file.display());
        return;
    }
    let api = Api::empty().await;
    record(&api, &file).await;
    let mapped = api.in_memory().await;
    let snapshot = mapped.display.latest().unwrap();
    eprintln!("{BUILDINGS} 栋建筑在内存中占 {} 字节", snapshot.memory());

    // Too small to draw: not shown at zoom 11, in blocks at 12 and 13. Either way tiles account for every building.
    for zoom in [11, 12, 13] {
        let (mut counted, mut said) = (0, 0);
        let scale = 1 << (zoom - 11);
        for x in 602 * scale..605 * scale {
            for y in 768 * scale..772 * scale {
                let answer = mapped.get(&format!("/tiles/buildings/{zoom}/{x}/{y}")).await;
                assert!(answer.body.len() <= 500_000, "{zoom}/{x}/{y} takes {}", answer.body.len());
                let tile = decode(&answer.body);
                let features = |name: &str| -> u64 {
                    tile.get(name)
                        .into_iter()
                        .flatten()
                        .map(|feature| feature.properties["features"].parse::<u64>().unwrap())
                        .sum()
                };
                counted += features("buildings_block") + features("buildings_grid");
                said += features("meta");
            }
        }
        assert_eq!((counted, said), (if zoom == 11 { 0 } else { BUILDINGS as u64 }, BUILDINGS as u64), "zoom {zoom}");
    }

    // Where the fullest tile would be too heavy, blocks stand for buildings at every place of that zoom; past it buildings are drawn.
    let drawn_from = snapshot.layer(MapLayer::Buildings).drawn_from();
    assert!(drawn_from <= 15, "{drawn_from}");
    for (z, x, y) in [(15, 9650, 12_314), (16, 19_299, 24_631), (16, 19_303, 24_625)] {
        let answer = mapped.get(&format!("/tiles/buildings/{z}/{x}/{y}")).await;
        assert_eq!(answer.status, StatusCode::OK);
        let tile = decode(&answer.body);
        assert!(!tile.contains_key("meta"), "every building is drawn");
        let compared = compare(&api.city.pool, "display_building", (z as u32, x as u32, y as u32), &tile["buildings"]).await;
        let (mut near, mut far) = (0, Vec::new());
        for own in compared.iter().filter(|own| own.is_drawn) {
            assert!(own.is_valid, "{z}/{x}/{y}: building {} is not valid", own.id);
            let differs = own.differs.unwrap_or_else(|| panic!("{z}/{x}/{y}: building {} is not there", own.id));
            // A band of one unit along the outline.
            assert!(differs <= own.perimeter.max(4.0), "{z}/{x}/{y}: building {} differs by {differs}", own.id);
            // Of what covers the tile there is no corner to compare.
            match own.off {
                Some(off) if off > 1.0 => far.push((own.id, off)),
                _ => near += 1,
            }
        }
        // What is farther has lost a part or a nook narrower than a unit.
        eprintln!("{z}/{x}/{y}: {near} within a unit, farther {far:?}");
        assert!(near > 100 && far.len() * 200 <= near, "{z}/{x}/{y}: {near}, {far:?}");
        let shown: BTreeSet<i64> = ["buildings", "buildings_tiny"]
            .iter()
            .filter_map(|name| tile.get(*name))
            .flatten()
            .map(|feature| feature.id as i64)
            .collect();
        // What covers more than a few square units of the tile is drawn, what lies past its margin is not; between them rounding decides.
        let found = |sql: &'static str| sqlx::query_scalar::<_, i64>(sql).bind(z).bind(x).bind(y).fetch_all(&api.city.pool);
        let must: BTreeSet<i64> = found(
            "with tile as (select st_tileenvelope($1, $2, $3) as core),
                  unit as (select core, (st_xmax(core) - st_xmin(core)) / 4096 as side from tile)
             select version_id from building, unit
             where geom && st_transform(core, 4490)
               and st_area(st_intersection(st_transform(geom, 3857), core)) > 16 * side * side",
        )
        .await
        .unwrap()
        .into_iter()
        .collect();
        let may: BTreeSet<i64> = found(
            "select version_id from building
             where st_intersects(st_transform(geom, 3857), st_tileenvelope($1, $2, $3, margin => 66.0 / 4096))",
        )
        .await
        .unwrap()
        .into_iter()
        .collect();
        assert!(must.len() > 100, "{z}/{x}/{y} holds {}", must.len());
        assert_eq!(must.difference(&shown).count(), 0, "{z}/{x}/{y} lacks buildings");
        assert_eq!(shown.difference(&may).count(), 0, "{z}/{x}/{y} shows buildings from elsewhere");
    }
}
