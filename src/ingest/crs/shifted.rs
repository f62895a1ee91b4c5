//! Whether a file lies where the shift of a map service would put it: by its vertices against those that are registered.
//!
//! Coordinates alone cannot tell: half a kilometre off is still in the city. Surveyed outlines share vertices with their neighbours
//! and with earlier editions of themselves, and boundary files with the boundaries, so that vertices which meet registered ones only
//! after the shift is taken away are evidence. Where nothing is registered near by, nothing can be known, and that is said.

use std::collections::HashSet;

use mujun_geometry::{
    Crs,
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

/// Outlines that are compared, from among all that are given.
const OUTLINES: usize = 200;
/// Vertices that are compared; with few outlines more of each.
const COMPARED: usize = 4000;
/// Fewer meeting vertices may meet by chance.
const LEAST: usize = 10;
/// In built-up ground some three vertices in a hundred meet a registered one by chance.
const BEYOND_CHANCE: usize = 20;
/// Edge of the squares in which vertices meet, degrees (about 1 m).
const SQUARE: f64 = 1e-5;

/// A shift that was found.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::ingest) struct Suspicion {
    /// `GCJ-02` or `BD-09`.
    pub name: &'static str,
    /// What takes it away.
    pub remedy: Remedy,
    /// What speaks for it, Chinese.
    pub evidence: String,
    /// How sure that is.
    pub confidence: Confidence,
}

/// What can be said of a shift.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::ingest) enum Look {
    /// It was asked for to be taken away, and is.
    Removed(&'static str),
    /// Nothing, and why.
    Unknown(&'static str),
    /// The vertices meet registered ones as they are; how many of how many.
    Sound { meeting: usize, of: usize },
    /// The vertices meet registered ones once it is taken away.
    Suspected(Suspicion),
}

impl Look {
    /// In words, Chinese.
    pub fn words(&self) -> String {
        match self {
            Look::Removed(name) => format!("已按要求还原 {name} 偏移"),
            Look::Unknown(why) => format!("是否带有 GCJ-02 或 BD-09 偏移无从判断：{why}"),
            Look::Sound { meeting, of } => {
                format!("抽取的 {of} 个顶点中 {meeting} 个与已登记图形的顶点相合，没有偏移的迹象")
            }
            Look::Suspected(Suspicion { name, .. }) => format!("疑似带有 {name} 偏移"),
        }
    }

    /// What may be asked for: the shift taken away, or, where an import would otherwise refuse the file, nothing done.
    pub fn fixes(&self) -> Vec<OfferedFix> {
        let Look::Suspected(Suspicion { remedy, evidence, confidence, .. }) = self else { return Vec::new() };
        let offered = |remedy: Remedy, evidence: &str, confidence: Confidence| OfferedFix {
            label: remedy.label_zh().to_owned(),
            option: format!("--fix {remedy}"),
            crs: None,
            remedies: vec![remedy],
            evidence: evidence.to_owned(),
            confidence,
        };
        let mut fixes = vec![offered(*remedy, evidence, *confidence)];
        if *confidence == Confidence::Strong {
            let evidence = "须先对照影像或界址点核对，例如有偏移的其实是已登记的图形";
            fixes.push(offered(Remedy::KeepPosition, evidence, Confidence::Weak));
        }
        fixes
    }
}

/// The shifts that are looked for.
const SHIFTS: [(Shift, Remedy, &str); 2] =
    [(Shift::Gcj02, Remedy::FromGcj02, "GCJ-02"), (Shift::Bd09, Remedy::FromBd09, "BD-09")];

/// Looks at outlines taken evenly from these rows.
pub(in crate::ingest) fn look(reading: &Reading, rows: &[RawRow], place: &Place) -> Look {
    if let Some(shift) = reading.adjustment.shift {
        return Look::Removed(if shift == Shift::Gcj02 { "GCJ-02" } else { "BD-09" });
    }
    let as_it_is = outlines(reading, rows);
    let of: usize = as_it_is.iter().map(Vec::len).sum();
    if of == 0 {
        return Look::Unknown("没有可用的顶点");
    }
    let without = |shift: Shift| -> Vec<Vec<(f64, f64)>> {
        as_it_is.iter().map(|outline| outline.iter().filter_map(|vertex| shift.back(*vertex)).collect()).collect()
    };
    let shifted = SHIFTS.map(|(shift, remedy, name)| (without(shift), remedy, name));
    let all = shifted.iter().map(|(outlines, ..)| outlines).chain([&as_it_is]);
    let boxes: Vec<Rect<f64>> = all.flatten().filter_map(|outline| around(outline)).collect();
    let known = Known::of(&boxes, place);
    if known.0.len() < LEAST {
        return Look::Unknown("附近没有可对照的已登记图形或界线");
    }
    let meeting = |outlines: &[Vec<(f64, f64)>]| outlines.iter().flatten().filter(|vertex| known.has(**vertex)).count();
    let plain = meeting(&as_it_is);
    let best =
        shifted.iter().map(|(outlines, remedy, name)| (meeting(outlines), *remedy, *name)).max_by_key(|(count, ..)| *count);
    match best {
        Some((count, remedy, name)) if count >= LEAST && count > 5 * plain && count * BEYOND_CHANCE >= of => {
            let evidence = format!(
                "抽取的 {of} 个顶点中，照原样 {plain} 个、还原 {name} 偏移后 {count} 个与已登记图形或界线的顶点相距 2 米以内"
            );
            // What is shifted need not be the whole file, and not all of it need be registered.
            let confidence = if count * 10 >= of * 3 { Confidence::Strong } else { Confidence::Weak };
            Look::Suspected(Suspicion { name, remedy, evidence, confidence })
        }
        _ if plain >= LEAST => Look::Sound { meeting: plain, of },
        _ => Look::Unknown("顶点与附近已登记的图形和界线都不相合，还原偏移之后也不相合"),
    }
}

/// Distinct vertices of some of the rows in longitude and latitude, one list an outline.
fn outlines(reading: &Reading, rows: &[RawRow]) -> Vec<Vec<(f64, f64)>> {
    let shapes: Vec<&[u8]> = rows
        .iter()
        .filter_map(|row| match &row.shape {
            Shape::Polygons { wkb, .. } => Some(wkb.as_slice()),
            _ => None,
        })
        .collect();
    let stride = shapes.len().div_ceil(OUTLINES).max(1);
    let each = COMPARED / shapes.len().clamp(1, OUTLINES);
    let mut seen = HashSet::new();
    shapes.into_iter().step_by(stride).filter_map(|shape| outline(reading, shape, each, &mut seen)).collect()
}

/// At most `limit` vertices of a shape, from all round it, but none in whose square there was one before.
fn outline(reading: &Reading, shape: &[u8], limit: usize, seen: &mut HashSet<(i64, i64)>) -> Option<Vec<(f64, f64)>> {
    let polygons = reading.adjustment.numbers(wkb::from_wkb(shape, reading.crs).ok()?);
    let moved = match &reading.adjustment.pipeline {
        Some(pipeline) => with_pipeline(pipeline, |reprojector| reprojector.multi_polygon(&polygons)),
        None => with_reprojector(reading.crs, Crs::CGCS2000, |reprojector| reprojector.multi_polygon(&polygons)),
    };
    let moved = moved.ok()?.ok()?;
    let stride = moved.coords_count().div_ceil(limit.max(1)).max(1);
    let vertices = moved.coords_iter().step_by(stride).map(|coord| coord.x_y());
    Some(vertices.filter(|vertex| seen.insert(square(*vertex))).collect())
}

/// The box round some vertices and the squares beside them.
fn around(vertices: &[(f64, f64)]) -> Option<Rect<f64>> {
    let all = vertices.iter().map(|vertex| Rect::new(*vertex, *vertex)).reduce(super::union)?;
    let margin = 2.0 * SQUARE;
    Some(Rect::new((all.min().x - margin, all.min().y - margin), (all.max().x + margin, all.max().y + margin)))
}

fn square((x, y): (f64, f64)) -> (i64, i64) {
    ((x / SQUARE).floor() as i64, (y / SQUARE).floor() as i64)
}

/// The squares in which registered vertices lie.
struct Known(HashSet<(i64, i64)>);

impl Known {
    /// Those of the registered outlines that meet these boxes, and of the boundaries.
    fn of(boxes: &[Rect<f64>], place: &Place) -> Known {
        let Some(reach) = boxes.iter().copied().reduce(super::union) else { return Known(HashSet::new()) };
        let neighbours = place.neighbours.within(boxes);
        let divisions = place.divisions.iter().map(|(_, surface)| surface);
        let all = divisions.chain(&neighbours).flat_map(|surface| surface.multi_polygon().coords_iter());
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
