//! Tiles against PostGIS: what is drawn, where, and what is said of it. The tile is read by a reader of the tests' own, and PostGIS
//! transforms, cuts and measures by itself.

use std::collections::{BTreeMap, BTreeSet};

use mujun::app::query::MapLayer;
use mujun::app::tile::ColumnKind;
use serde_json::Value;
use sqlx::{PgPool, Row};

use super::display::{ALL, addresses};
use super::mvt::{Feature, decode, twice_area};
use super::seed::Api;

/// Before this zoom buildings are not shown.
const BUILDINGS_FROM: u32 = 12;

/// One feature as PostGIS sees it beside what the tile shows of it.
pub struct Compared {
    pub id: i64,
    /// Whether the tile draws it.
    pub is_drawn: bool,
    /// Area of what lies in the tile and its margin, in square units; `None` when PostGIS finds nothing there.
    pub area: Option<f64>,
    /// Length of the outline of that, in units.
    pub perimeter: f64,
    pub is_valid: bool,
    /// How far apart the drawn outline and the exact one are at their corners, in units. What lies on the line of the cut does not
    /// count: an edge that runs almost along it is cut anywhere.
    pub off: Option<f64>,
    /// How far it is from what `ST_AsMVTGeom` makes of a feature that is not cut, in units.
    pub off_mvt: Option<f64>,
    /// Area of what only one of the two covers, in square units.
    pub differs: Option<f64>,
    /// The whole row, without its ground.
    pub row: Value,
}

/// What a tile draws of a view, feature by feature, against PostGIS's own cut.
pub async fn compare(pool: &PgPool, view: &str, (z, x, y): (u32, u32, u32), drawn: &[Feature]) -> Vec<Compared> {
    let ids: Vec<i64> = drawn.iter().map(|feature| feature.id as i64).collect();
    let shapes: Vec<String> = drawn.iter().map(wkt).collect();
    let statement = format!(
        "with tile as materialized (
             select st_tileenvelope($1, $2, $3) as core, st_tileenvelope($1, $2, $3, margin => 64.0 / 4096) as padded
         ),
         scale as materialized (
             select core, padded, 4096 / (st_xmax(core) - st_xmin(core)) as per_metre from tile
         ),
         found as (
             select d.id, (select jsonb_object_agg(key, value) from jsonb_each_text(to_jsonb(d) - 'geom')) as row,
                    st_coveredby(st_transform(d.geom, 3857), padded) as is_whole,
                    st_setsrid(st_affine(st_makevalid(st_transform(d.geom, 3857)), per_metre, 0, 0, -per_metre,
                              -st_xmin(core) * per_metre, st_ymax(core) * per_metre), 0) as whole,
                    st_setsrid(st_affine(st_intersection(st_makevalid(st_transform(d.geom, 3857)), padded), per_metre, 0, 0, -per_metre,
                              -st_xmin(core) * per_metre, st_ymax(core) * per_metre), 0) as exact,
                    st_setsrid(st_asmvtgeom(st_makevalid(st_transform(d.geom, 3857)), core::box2d, 4096, 64, true), 0) as mvt
             from {view} d, scale
             where d.geom && st_transform(padded, 4490) and st_intersects(st_transform(d.geom, 3857), padded)
         ),
         drawn as (select id, st_geomfromtext(shape) as shape from unnest($4::bigint[], $5::text[]) as u (id, shape)),
         pairs as materialized (
             select *, st_boundary(whole) as edge, st_boundary(shape) as drawn_edge from found full join drawn using (id)
         )
         select id, shape is not null as is_drawn, case when st_dimension(exact) = 2 then st_area(exact) end as area,
                coalesce(st_perimeter(exact), 0) as perimeter, coalesce(st_isvalid(shape), true) as is_valid,
                greatest(
                    (select max(st_distance(p.geom, edge)) from st_dumppoints(shape) p
                     where abs(st_x(p.geom) - 2048) < 2112 and abs(st_y(p.geom) - 2048) < 2112),
                    (select max(st_distance(p.geom, drawn_edge)) from st_dumppoints(whole) p
                     where abs(st_x(p.geom) - 2048) < 2111 and abs(st_y(p.geom) - 2048) < 2111)
                ) as off,
                case when is_whole then st_hausdorffdistance(shape, mvt) end as off_mvt,
                case when shape is not null and st_isvalid(shape) and st_dimension(exact) = 2
                     then st_area(st_symdifference(shape, st_collectionextract(exact, 3))) end as differs,
                row
         from pairs order by id"
    );
    sqlx::query(sqlx::AssertSqlSafe(statement))
        .bind(z as i32)
        .bind(x as i32)
        .bind(y as i32)
        .bind(ids)
        .bind(shapes)
        .fetch_all(pool)
        .await
        .unwrap()
        .into_iter()
        .map(|row| Compared {
            id: row.get(0),
            is_drawn: row.get(1),
            area: row.get(2),
            perimeter: row.get(3),
            is_valid: row.get(4),
            off: row.get(5),
            off_mvt: row.get(6),
            differs: row.get(7),
            row: row.get::<Option<Value>, _>(8).unwrap_or_default(),
        })
        .collect()
}

/// The drawn polygon as text; its rings tell by the way they turn which are holes.
fn wkt(feature: &Feature) -> String {
    assert_eq!(feature.kind, 3, "{feature:?}");
    let mut parts: Vec<Vec<String>> = Vec::new();
    for ring in &feature.rings {
        let area = twice_area(ring);
        assert_ne!(area, 0, "a ring without area: {feature:?}");
        assert!(ring.iter().all(|(x, y)| (-64..=4160).contains(x) && (-64..=4160).contains(y)), "past the margin: {feature:?}");
        let closed = ring.iter().chain(ring.first()).map(|(x, y)| format!("{x} {y}")).collect::<Vec<_>>().join(",");
        if area > 0 {
            parts.push(vec![closed]);
        } else {
            parts.last_mut().expect("a hole comes after its exterior").push(closed);
        }
    }
    let polygons: Vec<String> = parts
        .iter()
        .map(|rings| format!("({})", rings.iter().map(|ring| format!("({ring})")).collect::<Vec<_>>().join(",")))
        .collect();
    format!("MULTIPOLYGON({})", polygons.join(","))
}

fn view_of(layer: MapLayer) -> String {
    let word = match layer {
        MapLayer::Supplies => "supply",
        other => other.as_str().trim_end_matches('s'),
    };
    format!("display_{word}")
}

/// Asserts that every value of the row that is told is that of the row; answers how many were.
fn assert_told(layer: MapLayer, feature: &Feature, row: &Value, zoom: u32) -> usize {
    for (name, kind) in layer.columns() {
        let (told, held) = (feature.properties.get(name), &row[name]);
        match (told, held) {
            // From zoom 12 on everything is told, before that what the map needs.
            (None, held) => assert!(held.is_null() || zoom < 12, "{layer:?} {name}: {held} is not told"),
            (Some(told), held) => match kind {
                ColumnKind::Category | ColumnKind::Text => assert_eq!(Some(told.as_str()), held.as_str(), "{layer:?} {name}"),
                ColumnKind::Number | ColumnKind::Integer => {
                    let number = |text: &str| text.parse::<f64>().unwrap();
                    assert_eq!(Some(number(told)), held.as_str().map(number), "{layer:?} {name}");
                }
                ColumnKind::Flag => assert_eq!(told == "1", held == "true", "{layer:?} {name}"),
            },
        }
    }
    feature.properties.len()
}

#[tokio::test]
async fn what_every_tile_draws_is_what_postgis_cuts() {
    let api = Api::town().await;
    let mapped = api.in_memory().await;
    let layers: Vec<MapLayer> = ALL.split(',').map(|name| MapLayer::from_word(name).unwrap()).collect();
    let mut tiles_of: BTreeMap<(MapLayer, i64, u32), usize> = BTreeMap::new();
    let (mut compared, mut told, mut cornered) = (BTreeMap::<MapLayer, usize>::new(), 0, 0);
    for zoom in 9..=16 {
        // Outlines are snapped to half a pixel up to zoom 12, and to units past it: half a step each way.
        let tolerance = if zoom <= 12 { 2.0 * 2_f64.sqrt() } else { 1.0 };
        for (z, x, y) in addresses(&api, zoom).await {
            let answer = mapped.get(&format!("/tiles/{ALL}/{z}/{x}/{y}")).await;
            assert_eq!(answer.header("x-tile-source"), "memory");
            let mut tile = decode(&answer.body);
            let said = tile.remove("meta").unwrap_or_default();
            let are_hidden =
                said.iter().all(|own| own.properties["layer"] == "buildings" && own.properties["shown_as"] == "nothing");
            assert!(are_hidden && (said.is_empty() || zoom < BUILDINGS_FROM), "the town is drawn one by one: {said:?}");
            for layer in layers.iter().filter(|layer| **layer != MapLayer::Buildings || zoom >= BUILDINGS_FROM) {
                let drawn = tile.remove(layer.as_str()).unwrap_or_default();
                let tiny: BTreeSet<i64> = tile
                    .remove(&format!("{}_tiny", layer.as_str()))
                    .unwrap_or_default()
                    .iter()
                    .map(|own| own.id as i64)
                    .collect();
                for own in compare(&api.city.pool, &view_of(*layer), (z, x, y), &drawn).await {
                    let place = format!("{layer:?} {} in {z}/{x}/{y}", own.id);
                    if !own.is_drawn {
                        // It collapses, or a corner of it just meets the margin.
                        let band = 2.0 * tolerance * own.perimeter;
                        assert!(own.area.is_none_or(|area| area <= band) || tiny.contains(&own.id), "{place} is not drawn");
                        continue;
                    }
                    assert!(own.is_valid, "{place} is not valid");
                    let differs = own.differs.unwrap_or_else(|| panic!("{place} is drawn where PostGIS finds nothing"));
                    assert!(differs <= tolerance * own.perimeter.max(4.0), "{place} differs by {differs}");
                    // Of what covers the tile there is no corner to compare.
                    assert!(own.off.is_none_or(|off| off <= tolerance), "{place} is off by {:?}", own.off);
                    // Both round: half a unit each way.
                    let both = tolerance + 0.5 * 2_f64.sqrt();
                    assert!(own.off_mvt.is_none_or(|off| off <= both), "{place} is off by {:?}", own.off_mvt);
                    cornered += usize::from(own.off.is_some());
                    let feature = drawn.iter().find(|feature| feature.id as i64 == own.id).unwrap();
                    told += assert_told(*layer, feature, &own.row, zoom);
                    *tiles_of.entry((*layer, own.id, zoom)).or_default() += 1;
                    *compared.entry(*layer).or_default() += 1;
                }
            }
        }
    }
    assert!(layers.iter().all(|layer| compared.get(layer).is_some_and(|count| *count > 3)), "{compared:?}");
    assert!(told > 3_000 && cornered > 500, "{told} {cornered}");
    let on_an_edge = tiles_of.iter().filter(|((layer, ..), tiles)| *layer == MapLayer::Parcels && **tiles > 1).count();
    assert!(on_an_edge > 10, "{on_an_edge} parcels lie on the edge of a tile");
}
