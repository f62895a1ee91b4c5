//! Grounds brought to the survey plane once, so that every overlay of a run works in metres.

use mujun_geometry::crs::Crs;
use mujun_geometry::index::PackedIndex;
use mujun_geometry::reproject::{self, ReprojectionError};
use mujun_geometry::surface::Surface;
use rayon::prelude::*;

use crate::register::Ground;

/// The plane in which the city is measured: CGCS2000, three-degree zone, central meridian 120°E (EPSG:4549).
pub const PLANE: Crs = Crs::CGCS2000_GK_120E;

/// A surface in [`PLANE`] that remembers how large it is on the ellipsoid.
#[derive(Clone, Debug)]
pub struct PlanarGround {
    /// 面，EPSG:4549，东坐标在前，m。
    pub surface: Surface,
    /// 平面面积，m²。
    pub planar_m2: f64,
    /// 椭球面积，m²。
    pub ellipsoidal_m2: f64,
}

impl PlanarGround {
    /// Projects a stored ground.
    ///
    /// # Errors
    /// A vertex that PROJ cannot bring to the plane.
    pub fn project(ground: &Ground) -> Result<PlanarGround, ReprojectionError> {
        let surface = reproject::with_reprojector(Crs::CGCS2000, PLANE, |projection| projection.surface(&ground.surface))??;
        let planar_m2 = mujun_geometry::area::planar_area(&surface);
        Ok(PlanarGround { surface, planar_m2, ellipsoidal_m2: ground.ellipsoidal_area_m2 })
    }

    /// Ellipsoidal square metres in one planar square metre here. The plane stretches eastward (up to 0.037 % at the city's
    /// edge), so an area clipped in the plane is brought back by the factor of the ground it was clipped from.
    pub fn to_ellipsoid(&self) -> f64 {
        if self.planar_m2 > 0.0 { self.ellipsoidal_m2 / self.planar_m2 } else { 1.0 }
    }
}

/// Projects many grounds in parallel, keeping their order.
///
/// # Errors
/// The first vertex that PROJ cannot bring to the plane.
pub fn project_all<'a>(grounds: impl IndexedParallelIterator<Item = &'a Ground>) -> Result<Vec<PlanarGround>, ReprojectionError> {
    grounds.map(PlanarGround::project).collect()
}

/// Grounds of one register with the tree that finds them.
#[derive(Debug)]
pub struct GroundIndex {
    grounds: Vec<PlanarGround>,
    tree: PackedIndex,
}

impl GroundIndex {
    /// Builds the tree over the bounds of `grounds`; positions in the index are positions in `grounds`.
    pub fn new(grounds: Vec<PlanarGround>) -> GroundIndex {
        let tree = PackedIndex::build(grounds.iter().map(|ground| ground.surface.bounds()));
        GroundIndex { grounds, tree }
    }

    /// The ground at a position.
    pub fn ground(&self, position: usize) -> &PlanarGround {
        &self.grounds[position]
    }

    /// Every ground, in order.
    pub fn grounds(&self) -> &[PlanarGround] {
        &self.grounds
    }

    /// Positions whose bounds meet those of `surface`, in ascending order so that sums do not depend on the tree.
    pub fn near(&self, surface: &Surface) -> Vec<usize> {
        let mut found = self.tree.query(surface.bounds());
        found.sort_unstable();
        found
    }
}
