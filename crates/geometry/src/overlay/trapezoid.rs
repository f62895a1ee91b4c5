//! The area in common of one surface with many others, by signed trapezoids.
//!
//! With exteriors anticlockwise and holes clockwise a surface is the sum of what lies under its edges, each counted with the sign of its
//! direction; so what two surfaces have in common is the sum, over all pairs of edges, of what lies under both. Nothing is
//! constructed and no case is special: boundaries may touch, run together or meet in a vertex, and the area is right all the same,
//! to some 10⁻¹⁴ of the square around the smaller one.

use geo::Coord;

use super::{overlay_in_box, shared};
use crate::{layer::Outline, validity};

/// Nearer than this, a boundary is looked at edge by edge, m. Far above rounding, far below surveying.
const NEAR: f64 = 1e-7;
/// A part that differs from the whole by less is the whole, and nothing is left of it by rounding alone.
const WHOLE: f64 = 1e-11;
/// Beyond this many pairs of edges the overlay, which sorts, is faster than looking at all.
const MOST_PAIRS: usize = 400_000;

/// An edge from left to right, relative to the origin of an [`Overlayer`].
#[derive(Clone, Copy, Debug)]
struct Edge {
    left: Coord<f64>,
    right: Coord<f64>,
    slope: f64,
    /// +1 when the inside is below it, −1 when above.
    sign: f64,
}

impl Edge {
    fn at(&self, x: f64) -> f64 {
        self.left.y + (x - self.left.x) * self.slope
    }

    /// Whether it may come [`NEAR`] to a box: never no when it does.
    fn may_meet(&self, min: Coord<f64>, max: Coord<f64>) -> bool {
        let (left, right) = (self.left.x.max(min.x - NEAR), self.right.x.min(max.x + NEAR));
        if left > right {
            return false;
        }
        // Upright edges have no slope: their own ends say all.
        let (a, b) =
            if self.right.x - self.left.x > NEAR { (self.at(left), self.at(right)) } else { (self.left.y, self.right.y) };
        let (low, high) = if a < b { (a, b) } else { (b, a) };
        low <= max.y + NEAR && high >= min.y - NEAR
    }
}

/// A surface that others are laid over, and the memory that is needed for it, kept from one surface to the next.
#[derive(Default, Debug)]
pub struct Overlayer<'a> {
    ground: Option<Outline<'a>>,
    origin: Coord<f64>,
    edges: Vec<Edge>,
    /// Edges of the ground and of the other that matter for the box they share.
    own: Vec<Edge>,
    others: Vec<Edge>,
}

impl<'a> Overlayer<'a> {
    /// Lays a surface down.
    pub fn lay(&mut self, ground: Outline<'a>) {
        self.ground = Some(ground);
        self.origin = ground.bounds().min();
        self.edges.clear();
        for ring in ground.rings() {
            push_edges(&mut self.edges, ring, self.origin);
        }
    }

    /// Area that another surface has in common with the one laid down, m²; exactly its own when it lies inside. Nothing with a
    /// surface of another CRS, or while none is laid down.
    pub fn area_in_common(&mut self, other: Outline<'_>) -> f64 {
        let Some(ground) = self.ground else { return 0.0 };
        let Some(shared) = shared((ground.crs(), ground.bounds()), (other.crs(), other.bounds())) else { return 0.0 };
        let (min, max) = (shared.min() - self.origin, shared.max() - self.origin);
        if !self.edges.iter().any(|edge| edge.may_meet(min, max)) {
            // The box is on one side of the boundary; and what meets no boundary of the ground is there as a whole.
            return if self.covers(min) { other.area() } else { 0.0 };
        }
        let matters = |edge: &Edge| {
            // What lies under an edge below the box is nothing that the other has; upright edges have nothing under them.
            edge.left.x < max.x && edge.right.x > min.x && edge.left.y.max(edge.right.y) >= min.y && edge.right.x > edge.left.x
        };
        self.own.clear();
        self.own.extend(self.edges.iter().filter(|edge| matters(edge)));
        self.others.clear();
        for ring in other.rings() {
            push_edges(&mut self.others, ring, self.origin);
        }
        self.others.retain(matters);
        if self.own.len().saturating_mul(self.others.len()) > MOST_PAIRS {
            let (Some(a), Some(b)) = (ground.to_surface(), other.to_surface()) else { return 0.0 };
            return validity::area(&overlay_in_box(&a, &b, shared).polygons);
        }
        let base = min.y;
        let area: f64 = self.own.iter().map(|edge| edge.sign * under_both(edge, &self.others, base)).sum();
        let whole = other.area();
        if (area - whole).abs() <= WHOLE * whole { whole } else { area.clamp(0.0, whole) }
    }

    /// Whether a point that no edge is near to is in the surface laid down.
    fn covers(&self, point: Coord<f64>) -> bool {
        let above = |edge: &&Edge| edge.left.x <= point.x && point.x < edge.right.x && edge.at(point.x) > point.y;
        self.edges.iter().filter(above).map(|edge| edge.sign).sum::<f64>() > 0.5
    }
}

fn push_edges(edges: &mut Vec<Edge>, ring: &[Coord<f64>], origin: Coord<f64>) {
    edges.extend(ring.windows(2).map(|w| {
        let (from, to) = (w[0] - origin, w[1] - origin);
        // Anticlockwise the upper edges run to the left.
        let (left, right, sign) = if from.x < to.x { (from, to, -1.0) } else { (to, from, 1.0) };
        let slope = if right.x > left.x { (right.y - left.y) / (right.x - left.x) } else { 0.0 };
        Edge { left, right, slope, sign }
    }));
}

/// What lies under an edge and under each of others, above `base`, counted with the signs of the others.
fn under_both(edge: &Edge, others: &[Edge], base: f64) -> f64 {
    let mut sum = 0.0;
    for other in others {
        let left = edge.left.x.max(other.left.x);
        let right = edge.right.x.min(other.right.x);
        if left >= right {
            continue;
        }
        let (a, b) = (edge.at(left), edge.at(right));
        let (c, d) = (other.at(left), other.at(right));
        let (before, after) = (a - c, b - d);
        let mean = if before <= 0.0 && after <= 0.0 {
            (a + b) / 2.0
        } else if before >= 0.0 && after >= 0.0 {
            (c + d) / 2.0
        } else {
            let along = before / (before - after);
            let crossing = a + (b - a) * along;
            ((a.min(c) + crossing) * along + (crossing + b.min(d)) * (1.0 - along)) / 2.0
        };
        sum += other.sign * (mean - base) * (right - left);
    }
    sum
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;

    use super::*;
    use crate::{
        Crs, Surface,
        area::planar_area,
        layer::LayerBuilder,
        overlay::intersection,
        testing::{CORNER, anything, mended, rectangle},
    };

    fn common(a: &Surface, b: &Surface) -> f64 {
        let mut builder = LayerBuilder::new(a.crs());
        builder.push(a);
        builder.push(b);
        let layer = builder.finish();
        let mut overlayer = Overlayer::default();
        overlayer.lay(layer.outline(0));
        overlayer.area_in_common(layer.outline(1))
    }

    #[test]
    fn what_lies_inside_is_exactly_its_own_size_however_near_the_edge() {
        let plot = rectangle(0.0, 0.0, 200.0, 200.0);
        for inside in [rectangle(50.0, 50.0, 30.1, 20.3), rectangle(0.0, 0.0, 30.1, 20.3), rectangle(169.9, 0.0, 30.1, 200.0)] {
            assert_eq!(common(&plot, &inside), planar_area(&inside));
        }
    }

    #[test]
    fn a_turned_building_against_a_turned_edge_is_exactly_its_own_size() {
        for step in 1..40 {
            let (sin, cos) = (f64::from(step) * 0.037).sin_cos();
            let at = |u: f64, v: f64| CORNER + Coord { x: u * cos - v * sin, y: u * sin + v * cos };
            let square = |u: f64, v: f64, size: f64| {
                let ring = vec![at(u, v), at(u + size, v), at(u + size, v + size), at(u, v + size), at(u, v)];
                mended(geo::MultiPolygon(vec![geo::Polygon::new(geo::LineString(ring), Vec::new())]))
            };
            let inside = square(0.01, 0.01, 33.3);
            assert_eq!(common(&square(0.0, 0.0, 100.0), &inside), planar_area(&inside), "{step}");
        }
    }

    #[test]
    fn neighbours_along_an_edge_or_at_a_corner_share_nothing_worth_a_square_millimetre() {
        let plot = rectangle(0.0, 0.0, 100.0, 100.0);
        for beside in [rectangle(100.0, 0.0, 100.0, 100.0), rectangle(100.0, 30.0, 9.0, 20.0), rectangle(100.0, 100.0, 5.0, 5.0)]
        {
            assert!(common(&plot, &beside) < 1e-6);
        }
        assert_eq!(common(&plot, &rectangle(150.0, 0.0, 10.0, 10.0)), 0.0);
    }

    #[test]
    fn what_stands_in_a_hole_is_not_on_the_plot_and_what_covers_the_plot_shares_no_hole() {
        let (outer, inner) = (rectangle(0.0, 0.0, 200.0, 200.0), rectangle(50.0, 50.0, 100.0, 100.0));
        let ring = |s: &Surface| s.multi_polygon().0[0].exterior().clone();
        let plot = mended(geo::MultiPolygon(vec![geo::Polygon::new(ring(&outer), vec![ring(&inner)])]));
        assert_eq!(common(&plot, &rectangle(90.0, 90.0, 10.0, 10.0)), 0.0);
        assert!((common(&plot, &rectangle(-10.0, -10.0, 300.0, 300.0)) - 30_000.0).abs() < 1e-6);
        assert!((common(&plot, &rectangle(40.0, 40.0, 20.0, 20.0)) - 300.0).abs() < 1e-6);
    }

    #[test]
    fn another_system_has_nothing_in_common() {
        let a = rectangle(0.0, 0.0, 100.0, 100.0);
        let b = Surface::from_trusted(a.multi_polygon().clone(), Crs::CGCS2000_GK_ZONE_40).unwrap();
        let (mut one, mut other) = (LayerBuilder::new(a.crs()), LayerBuilder::new(b.crs()));
        one.push(&a);
        other.push(&b);
        let (one, other) = (one.finish(), other.finish());
        let mut overlayer = Overlayer::default();
        assert_eq!(overlayer.area_in_common(one.outline(0)), 0.0);
        overlayer.lay(one.outline(0));
        assert_eq!(overlayer.area_in_common(other.outline(0)), 0.0);
    }

    #[test]
    fn long_boundaries_go_to_the_overlay_that_sorts_and_agree_with_it() {
        let ring = |radius: f64, phase: f64| {
            let vertices = (0..1500).map(|i| {
                let angle = f64::from(i) / 1500.0 * std::f64::consts::TAU + phase;
                let r = radius * (1.0 + 0.01 * (angle * 40.0).cos());
                CORNER + Coord { x: angle.cos() * r, y: angle.sin() * r }
            });
            let mut ring = geo::LineString(vertices.collect());
            ring.close();
            mended(geo::MultiPolygon(vec![geo::Polygon::new(ring, Vec::new())]))
        };
        let (a, b) = (ring(500.0, 0.0), ring(500.0, 0.1));
        let exact = planar_area(&intersection(&a, &b).unwrap());
        assert!((common(&a, &b) / exact - 1.0).abs() < 1e-9);
    }

    proptest! {
        #[test]
        fn it_is_the_area_of_the_intersection(a in anything(), b in anything()) {
            let exact = intersection(&a, &b).map_or(0.0, |s| planar_area(&s));
            let found = common(&a, &b);
            // The lattice of the overlay is some 10⁻⁷ m fine on a kilometre.
            prop_assert!((found - exact).abs() < 1e-3, "{found} {exact}");
            prop_assert!((found - common(&b, &a)).abs() < 1e-7);
        }
    }
}
