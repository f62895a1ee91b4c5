//! Whether a file lies where the shift of a map service would put it: by its vertices against those that are registered.
//!
//! Coordinates alone cannot tell: half a kilometre off is still in the city. Surveyed outlines share vertices with their neighbours
//! and with earlier editions of themselves, and boundary files with the boundaries, so that vertices which meet registered ones only
//! after the shift is taken away are evidence. Where nothing is registered near by, nothing can be known, and that is said.

use std::collections::HashSet;

use mujun_geometry::{
    Surface,
    geo::{CoordsIter, Rect},
    reproject::{with_pipeline, with_reprojector},
    shift::Shift,
    wkb,
};

use super::{
    Reading,
    diagnosis::{Confidence, OfferedFix},
};
use crate::ingest::{
    Place, Remedy,
    source::{RawRow, Shape},
};

/// Vertices that are compared.
const COMPARED: usize = 4000;
/// Fewer meeting vertices may meet by chance.
const LEAST: usize = 10;
/// How far round the file registered outlines are asked for, degrees (about 2 km): more than any shift.
const ROUND: f64 = 0.02;
/// Edge of the squares in which vertices meet, degrees (about 1 m).
const SQUARE: f64 = 1e-5;

/// What can be said of a shift, Chinese, and how to take it away when there is one.
pub(super) fn look(reading: &Reading, rows: &[RawRow], place: &Place) -> (String, Option<OfferedFix>) {
    let unknown = |why: &str| (format!("是否带有 GCJ-02 或 BD-09 偏移无从判断：{why}"), None);
    if let Some(shift) = reading.adjustment.shift {
        let name = if shift == Shift::Gcj02 { "GCJ-02" } else { "BD-09" };
        return (format!("已按要求还原 {name} 偏移"), None);
    }
    let vertices = vertices(reading, rows);
    let Some(reach) = reach(&vertices) else { return unknown("没有可用的顶点") };
    let known = Known::of(&place.neighbours.within(reach), place, reach);
    if known.0.len() < LEAST {
        return unknown("附近没有可对照的已登记图形或界线");
    }
    let meeting = |shift: Option<Shift>| {
        let back = |vertex: &(f64, f64)| shift.map_or(Some(*vertex), |shift| shift.back(*vertex));
        vertices.iter().filter_map(back).filter(|vertex| known.has(*vertex)).count()
    };
    let as_it_is = meeting(None);
    let shifts = [(Shift::Gcj02, Remedy::FromGcj02, "GCJ-02"), (Shift::Bd09, Remedy::FromBd09, "BD-09")];
    let best = shifts.into_iter().map(|shift| (meeting(Some(shift.0)), shift)).max_by_key(|(count, _)| *count);
    let Some((count, (_, remedy, name))) = best.filter(|(count, _)| *count >= LEAST && *count > 5 * as_it_is) else {
        if as_it_is >= LEAST {
            let words = format!("抽取的 {} 个顶点中 {as_it_is} 个与已登记图形的顶点相合，没有偏移的迹象", vertices.len());
            return (words, None);
        }
        return unknown("顶点与附近已登记的图形和界线都不相合，还原偏移之后也不相合");
    };
    let evidence = format!(
        "抽取的 {} 个顶点中，照原样 {as_it_is} 个、还原 {name} 偏移后 {count} 个与已登记图形或界线的顶点相距 2 米以内",
        vertices.len()
    );
    // Chance meetings are far rarer than one in twenty, but what is shifted need not be the whole file.
    let confidence = if count * 10 >= vertices.len() * 3 { Confidence::Strong } else { Confidence::Weak };
    let fix = OfferedFix {
        label: remedy.label_zh().to_owned(),
        option: format!("--fix {remedy}"),
        crs: None,
        remedies: vec![remedy],
        evidence,
        confidence,
    };
    (format!("疑似带有 {name} 偏移"), Some(fix))
}

/// Distinct vertices of the first rows in longitude and latitude.
fn vertices(reading: &Reading, rows: &[RawRow]) -> Vec<(f64, f64)> {
    let mut seen = HashSet::new();
    let mut vertices = Vec::new();
    for row in rows {
        let Shape::Polygons { wkb: bytes, .. } = &row.shape else { continue };
        let Ok(polygons) = wkb::from_wkb(bytes, reading.crs) else { continue };
        let polygons = reading.adjustment.numbers(polygons);
        let moved = match &reading.adjustment.pipeline {
            Some(pipeline) => with_pipeline(pipeline, |reprojector| reprojector.multi_polygon(&polygons)),
            None => {
                with_reprojector(reading.crs, mujun_geometry::Crs::CGCS2000, |reprojector| reprojector.multi_polygon(&polygons))
            }
        };
        let Ok(Ok(moved)) = moved else { continue };
        vertices.extend(moved.coords_iter().map(|coord| coord.x_y()).filter(|vertex| seen.insert(square(*vertex))));
        if vertices.len() >= COMPARED {
            break;
        }
    }
    vertices.truncate(COMPARED);
    vertices
}

/// The box round the vertices, and somewhat more.
fn reach(vertices: &[(f64, f64)]) -> Option<Rect<f64>> {
    let points = vertices.iter().map(|vertex| Rect::new(*vertex, *vertex));
    points
        .reduce(super::union)
        .map(|all| Rect::new((all.min().x - ROUND, all.min().y - ROUND), (all.max().x + ROUND, all.max().y + ROUND)))
}

fn square((x, y): (f64, f64)) -> (i64, i64) {
    ((x / SQUARE).floor() as i64, (y / SQUARE).floor() as i64)
}

/// The squares in which registered vertices lie.
struct Known(HashSet<(i64, i64)>);

impl Known {
    fn of(neighbours: &[Surface], place: &Place, reach: Rect<f64>) -> Known {
        let divisions = place.divisions.iter().map(|(_, surface)| surface);
        let all = divisions.chain(neighbours).flat_map(|surface| surface.multi_polygon().coords_iter());
        let is_near =
            |(x, y): (f64, f64)| (reach.min().x..=reach.max().x).contains(&x) && (reach.min().y..=reach.max().y).contains(&y);
        Known(all.map(|coord| coord.x_y()).filter(|vertex| is_near(*vertex)).map(square).collect())
    }

    /// Whether a registered vertex lies in the square of a vertex or in one of the eight round it.
    fn has(&self, vertex: (f64, f64)) -> bool {
        let (x, y) = square(vertex);
        (-1..=1).any(|east| (-1..=1).any(|north| self.0.contains(&(x + east, y + north))))
    }
}
