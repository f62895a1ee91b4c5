//! The geometry of a feature as polygons in WKB: heights and measures dropped, arcs made chords, all of it marked.

use gdal::vector::{
    Feature, Geometry, OGRwkbGeometryType as Kind, geometry_type_flatten, geometry_type_has_m, geometry_type_has_z,
};

use super::arcs;
use crate::ingest::{
    IngestIssue, IssueCode,
    source::{Shape, VERTEX_LIMIT},
};

/// A shape, and how far chords lie from the arcs that they were put for, if there were any.
pub(super) type Shaped = (Shape, Option<f64>);

/// Metres of a degree of latitude, at most: what a gap in degrees comes to.
const METRES_OF_A_DEGREE: f64 = 111_700.0;

/// The shape of a feature.
pub(super) fn of(feature: &Feature<'_>) -> Shaped {
    // Asked by index, because a null geometry is a fault there and a null pointer elsewhere.
    match feature.geometry_by_index(0) {
        Ok(geometry) => convert(geometry),
        Err(_) if feature.geometry().is_none() => (Shape::Absent, None),
        Err(_) => (Shape::Missing, None),
    }
}

/// A geometry as a shape.
pub(super) fn convert(geometry: &Geometry) -> Shaped {
    if geometry.is_empty() {
        return (Shape::Missing, None);
    }
    let kind = geometry.geometry_type();
    let had_heights = geometry_type_has_z(kind) || geometry_type_has_m(kind);
    match geometry_type_flatten(kind) {
        Kind::wkbPolygon | Kind::wkbMultiPolygon | Kind::wkbTriangle => bytes(geometry, had_heights, Arcs::Never),
        Kind::wkbCurvePolygon | Kind::wkbMultiSurface => bytes(geometry, had_heights, Arcs::Perhaps),
        Kind::wkbGeometryCollection => (collected(geometry, had_heights), None),
        _ => (Shape::Other(geometry.geometry_name()), None),
    }
}

/// Whether the type of a geometry allows arcs.
#[derive(Clone, Copy, PartialEq)]
enum Arcs {
    Never,
    Perhaps,
}

fn bytes(geometry: &Geometry, had_heights: bool, arcs: Arcs) -> Shaped {
    let wkb = if had_heights {
        let mut flat = geometry.clone();
        flat.flatten_to_2d();
        flat.wkb()
    } else {
        geometry.wkb()
    };
    let wkb = wkb.ok().and_then(|wkb| match arcs {
        Arcs::Never => Some((wkb, None)),
        Arcs::Perhaps => arcs::to_chords(&wkb).map(|(wkb, gap)| (wkb, (gap > 0.0).then_some(gap))),
    });
    let Some((wkb, gap)) = wkb else { return (Shape::Other(geometry.geometry_name()), None) };
    // Sixteen bytes a vertex; the counts between them weigh nothing.
    if wkb.len() / 16 > VERTEX_LIMIT {
        let message = format!("图形约有 {} 万个顶点，超过上限 {} 万个", wkb.len() / 160_000, VERTEX_LIMIT / 10_000);
        return (Shape::Faulty(IssueCode::ShapeTooLarge, message), None);
    }
    (Shape::Polygons { wkb, had_heights, had_other_parts: false }, gap)
}

/// The polygons of a collection, if it holds nothing else that has an extent of its own.
fn collected(collection: &Geometry, had_heights: bool) -> Shape {
    let Ok(mut polygons) = Geometry::empty(Kind::wkbMultiPolygon) else {
        return Shape::Other(collection.geometry_name());
    };
    let mut had_other_parts = false;
    for index in 0..collection.geometry_count() {
        let part = collection.get_geometry(index);
        match geometry_type_flatten(part.geometry_type()) {
            Kind::wkbPolygon => {
                if polygons.add_geometry((*part).clone()).is_err() {
                    return Shape::Other(collection.geometry_name());
                }
            }
            Kind::wkbMultiPolygon => {
                for inner in 0..part.geometry_count() {
                    if polygons.add_geometry((*part.get_geometry(inner)).clone()).is_err() {
                        return Shape::Other(collection.geometry_name());
                    }
                }
            }
            _ => had_other_parts = true,
        }
    }
    if polygons.is_empty() {
        return Shape::Other(collection.geometry_name());
    }
    match bytes(&polygons, had_heights, Arcs::Never).0 {
        Shape::Polygons { wkb, had_heights, .. } => Shape::Polygons { wkb, had_heights, had_other_parts },
        other => other,
    }
}

/// How many shapes had arcs, and how far chords lie from them at most.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::ingest) struct Chords {
    count: usize,
    first: i32,
    gap: f64,
}

impl Chords {
    /// Counts a shape of this row.
    pub fn take(&mut self, row: i32, gap: Option<f64>) {
        let Some(gap) = gap else { return };
        if self.count == 0 {
            self.first = row;
        }
        self.count += 1;
        self.gap = self.gap.max(gap);
    }

    /// The notice, if there were any; `degrees` are the units of coordinates that are longitudes and latitudes.
    pub fn issue(&self, unit: Unit) -> Option<IngestIssue> {
        let metres = if unit == Unit::Degree { self.gap * METRES_OF_A_DEGREE } else { self.gap };
        let message = format!(
            "{} 个图形含圆弧，已改为折线：每段不超过 4 度，折线与圆弧最大相距 {metres:.3} 米（首见第 {} 行）",
            self.count, self.first
        );
        (self.count > 0).then(|| IngestIssue::new(IssueCode::CurvesLinearised, message))
    }
}

/// The unit of coordinates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::ingest) enum Unit {
    /// Degrees.
    Degree,
    /// Metres, or what is taken for them.
    Metre,
}
