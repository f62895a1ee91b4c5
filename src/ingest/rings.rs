//! Rings that stand side by side, as polygons: a ring within another is a hole of it, one within a hole an island.

use mujun_geometry::geo::{Contains, Coord, LineString, Polygon};

use super::source::Shape;

type Ring = Vec<(f64, f64)>;

/// Rings as one shape; each may but need not repeat its first corner.
pub(super) fn shape(mut rings: Vec<Ring>) -> Shape {
    for ring in &mut rings {
        if ring.first() != ring.last() {
            ring.extend(ring.first().copied());
        }
    }
    let areas: Vec<Polygon<f64>> = rings.iter().map(polygon).collect();
    // How many others hold each: even for a shell, odd for a hole.
    let holders: Vec<Vec<usize>> = (0..rings.len())
        .map(|index| {
            let corner = rings[index].first().map_or(Coord::zero(), |(x, y)| Coord { x: *x, y: *y });
            (0..rings.len()).filter(|other| *other != index && areas[*other].contains(&corner)).collect()
        })
        .collect();
    let mut polygons: Vec<Vec<&Ring>> = Vec::new();
    for (index, shell) in rings.iter().enumerate().filter(|(index, _)| holders[*index].len().is_multiple_of(2)) {
        let depth = holders[index].len() + 1;
        let holes = (0..rings.len()).filter(|hole| holders[*hole].len() == depth && holders[*hole].contains(&index));
        polygons.push(std::iter::once(shell).chain(holes.map(|hole| &rings[hole])).collect());
    }
    Shape::Polygons { wkb: wkb(&polygons), had_heights: false, had_other_parts: false }
}

fn polygon(ring: &Ring) -> Polygon<f64> {
    Polygon::new(LineString::from(ring.clone()), Vec::new())
}

/// Little-endian WKB of a MultiPolygon.
pub(super) fn wkb<R: AsRef<[(f64, f64)]>>(polygons: &[Vec<R>]) -> Vec<u8> {
    // Counts fit: each ring came out of a cell or a file of bounded size.
    let count = |length: usize| u32::try_from(length).unwrap_or(u32::MAX).to_le_bytes();
    let mut out = vec![1];
    out.extend(6u32.to_le_bytes());
    out.extend(count(polygons.len()));
    for rings in polygons {
        out.push(1);
        out.extend(3u32.to_le_bytes());
        out.extend(count(rings.len()));
        for ring in rings {
            out.extend(count(ring.as_ref().len()));
            for (x, y) in ring.as_ref() {
                out.extend(x.to_le_bytes());
                out.extend(y.to_le_bytes());
            }
        }
    }
    out
}
