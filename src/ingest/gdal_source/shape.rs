//! The geometry of a feature as polygons in WKB: heights and measures dropped, arcs made chords, all of it marked.

use gdal::vector::{
    Feature, Geometry, OGRwkbGeometryType as Kind, geometry_type_flatten, geometry_type_has_m, geometry_type_has_z,
};

use super::arcs;
use crate::ingest::source::Shape;

/// The shape of a feature.
pub(super) fn of(feature: &Feature<'_>) -> Shape {
    // Asked by index, because a null geometry is a fault there and a null pointer elsewhere.
    match feature.geometry_by_index(0) {
        Ok(geometry) => convert(geometry),
        Err(_) if feature.geometry().is_none() => Shape::Absent,
        Err(_) => Shape::Missing,
    }
}

fn convert(geometry: &Geometry) -> Shape {
    if geometry.is_empty() {
        return Shape::Missing;
    }
    let kind = geometry.geometry_type();
    let had_heights = geometry_type_has_z(kind) || geometry_type_has_m(kind);
    match geometry_type_flatten(kind) {
        Kind::wkbPolygon | Kind::wkbMultiPolygon => bytes(geometry, had_heights, false),
        Kind::wkbCurvePolygon | Kind::wkbMultiSurface => bytes(geometry, had_heights, true),
        Kind::wkbGeometryCollection => collected(geometry, had_heights),
        _ => Shape::Other(geometry.geometry_name()),
    }
}

fn bytes(geometry: &Geometry, had_heights: bool, had_curves: bool) -> Shape {
    let wkb = if had_heights {
        let mut flat = geometry.clone();
        flat.flatten_to_2d();
        flat.wkb()
    } else {
        geometry.wkb()
    };
    let wkb = wkb.ok().and_then(|wkb| if had_curves { arcs::to_chords(&wkb) } else { Some(wkb) });
    match wkb {
        Some(wkb) => Shape::Polygons { wkb, had_heights, had_curves, had_other_parts: false },
        None => Shape::Other(geometry.geometry_name()),
    }
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
    with_parts(bytes(&polygons, had_heights, false), had_other_parts)
}

fn with_parts(shape: Shape, had_other_parts: bool) -> Shape {
    match shape {
        Shape::Polygons { wkb, had_heights, had_curves, .. } => Shape::Polygons { wkb, had_heights, had_curves, had_other_parts },
        other => other,
    }
}
