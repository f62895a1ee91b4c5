//! Shapes for the property tests of this crate: irregular, holed, touching, and on the scale of real plots.

use geo::{Coord, LineString, MultiPolygon, Polygon};
use proptest::prelude::*;

use crate::{Crs, Surface, mend};

/// A corner of the city in EPSG:4549, so that coordinates have the digits that real ones have.
pub(crate) const CORNER: Coord<f64> = Coord { x: 571_815.366, y: 3_403_497.826 };

/// A ring around a centre with a radius a direction: simple, anticlockwise, concave as often as not.
pub(crate) fn star(centre: Coord<f64>, radii: &[f64]) -> LineString<f64> {
    let n = radii.len() as f64;
    let vertex = |(i, r): (usize, &f64)| {
        let (sin, cos) = (i as f64 / n * std::f64::consts::TAU).sin_cos();
        centre + Coord { x: cos, y: sin } * *r
    };
    let mut ring = LineString(radii.iter().enumerate().map(vertex).collect());
    ring.close();
    ring
}

/// A plot of some hundred metres within a kilometre of the corner, with or without a hole.
pub(crate) fn plot() -> impl Strategy<Value = Surface> {
    let radii = prop::collection::vec(60.0..300.0f64, 3..14);
    let hole = prop::option::of(prop::collection::vec(2.0..25.0f64, 3..8));
    (0.0..1000.0f64, 0.0..1000.0f64, radii, hole).prop_map(|(x, y, radii, hole)| {
        let centre = CORNER + Coord { x, y };
        // Three directions need not enclose the centre by much: the hole goes only into what surely does.
        let hole = hole.filter(|_| radii.len() > 4).map(|hole| star(centre, &hole));
        surface(Polygon::new(star(centre, &radii), hole.into_iter().collect()))
    })
}

/// Cells of a grid of 50 m: they share edges and corners to the last digit, and some have a hole.
pub(crate) fn cells() -> impl Strategy<Value = Surface> {
    (0..12u8, 0..12u8, 1..5u8, 1..5u8, any::<bool>()).prop_map(|(column, row, width, height, holed)| {
        let at = |i: f64, j: f64| CORNER + Coord { x: (f64::from(column) + i) * 50.0, y: (f64::from(row) + j) * 50.0 };
        let (w, h) = (f64::from(width), f64::from(height));
        let exterior = LineString(vec![at(0.0, 0.0), at(w, 0.0), at(w, h), at(0.0, h), at(0.0, 0.0)]);
        let hole = LineString(vec![at(0.2, 0.2), at(0.2, 0.8), at(0.8, 0.8), at(0.8, 0.2), at(0.2, 0.2)]);
        surface(Polygon::new(exterior, if holed { vec![hole] } else { Vec::new() }))
    })
}

/// Plots and cells mixed.
pub(crate) fn anything() -> impl Strategy<Value = Surface> {
    prop_oneof![plot(), cells()]
}

pub(crate) fn surface(polygon: Polygon<f64>) -> Surface {
    mended(MultiPolygon(vec![polygon]))
}

pub(crate) fn mended(polygons: MultiPolygon<f64>) -> Surface {
    mend(polygons, Crs::CGCS2000_GK_120E).expect("a test shape is a surface").surface
}

/// A rectangle with its lower left corner at `(x, y)` from the corner of the city.
pub(crate) fn rectangle(x: f64, y: f64, width: f64, height: f64) -> Surface {
    let at = |x: f64, y: f64| CORNER + Coord { x, y };
    let ring = [at(x, y), at(x + width, y), at(x + width, y + height), at(x, y + height)];
    surface(Polygon::new(LineString(ring.to_vec()), Vec::new()))
}
