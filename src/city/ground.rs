//! Grounds brought to the survey plane once, in columns and with the tree that finds them, so that every overlay of a run works
//! in metres and in memory that lies together.

use mujun_geometry::area::planar_area;
use mujun_geometry::crs::Crs;
use mujun_geometry::geo::Rect;
use mujun_geometry::index::PackedIndex;
use mujun_geometry::layer::{Layer, LayerBuilder, Outline};
use mujun_geometry::reproject::{self, ReprojectionError};
use mujun_geometry::surface::Surface;

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
        let planar_m2 = planar_area(&surface);
        Ok(PlanarGround { surface, planar_m2, ellipsoidal_m2: ground.ellipsoidal_area_m2 })
    }

    /// Ellipsoidal square metres in one planar square metre here. The plane stretches eastward (up to 0.037 % at the city's
    /// edge), so an area clipped in the plane is brought back by the factor of the ground it was clipped from.
    pub fn to_ellipsoid(&self) -> f64 {
        factor(self.planar_m2, self.ellipsoidal_m2)
    }
}

fn factor(planar_m2: f64, ellipsoidal_m2: f64) -> f64 {
    if planar_m2 > 0.0 { ellipsoidal_m2 / planar_m2 } else { 1.0 }
}

/// Grounds of one register with the tree that finds them; positions are those in which they were given.
#[derive(Debug)]
pub struct GroundIndex {
    layer: Layer,
    ellipsoidal_m2: Vec<f64>,
    tree: PackedIndex,
}

impl GroundIndex {
    /// Indexes grounds that are in the plane already.
    pub fn new(grounds: &[PlanarGround]) -> GroundIndex {
        let mut builder = LayerBuilder::new(PLANE);
        for ground in grounds {
            builder.push(&ground.surface);
        }
        GroundIndex::of(builder.finish(), grounds.iter().map(|ground| ground.ellipsoidal_m2).collect())
    }

    /// Projects stored grounds and indexes them.
    ///
    /// # Errors
    /// A vertex that cannot be brought to the plane.
    pub fn project<'a>(grounds: impl Iterator<Item = &'a Ground>) -> Result<GroundIndex, ReprojectionError> {
        let (mut builder, mut ellipsoidal_m2) = (LayerBuilder::new(Crs::CGCS2000), Vec::new());
        for ground in grounds {
            builder.push(&ground.surface);
            ellipsoidal_m2.push(ground.ellipsoidal_area_m2);
        }
        Ok(GroundIndex::of(builder.project(PLANE)?, ellipsoidal_m2))
    }

    /// Indexes a layer in the plane whose items are so large on the ellipsoid, m².
    pub fn of(layer: Layer, ellipsoidal_m2: Vec<f64>) -> GroundIndex {
        let tree = PackedIndex::build(layer.bounds().iter().copied());
        GroundIndex { layer, ellipsoidal_m2, tree }
    }

    /// Some of the grounds, indexed anew.
    pub fn select(&self, positions: &[usize]) -> GroundIndex {
        let mut builder = LayerBuilder::new(PLANE);
        positions.iter().for_each(|position| builder.push_outline(self.layer.outline(*position)));
        GroundIndex::of(builder.finish(), positions.iter().map(|position| self.ellipsoidal_m2[*position]).collect())
    }

    /// How many grounds.
    pub fn len(&self) -> usize {
        self.layer.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.layer.is_empty()
    }

    /// The outline at a position, in [`PLANE`].
    pub fn outline(&self, position: usize) -> Outline<'_> {
        self.layer.outline(position)
    }

    /// The outline at a position as a surface of its own; `None` when nothing of it has an area.
    pub fn surface(&self, position: usize) -> Option<Surface> {
        self.layer.outline(position).to_surface()
    }

    /// The area at a position on the ellipsoid, m².
    pub fn ellipsoidal_m2(&self, position: usize) -> f64 {
        self.ellipsoidal_m2[position]
    }

    /// See [`PlanarGround::to_ellipsoid`].
    pub fn to_ellipsoid(&self, position: usize) -> f64 {
        factor(self.layer.areas()[position], self.ellipsoidal_m2[position])
    }

    /// Positions in an order in which neighbours follow each other.
    pub fn along_curve(&self) -> &[u32] {
        self.tree.order()
    }

    /// Puts the positions whose bounds meet a box into `found`, in ascending order so that sums do not depend on the tree.
    pub fn near(&self, bounds: Rect<f64>, found: &mut Vec<usize>) {
        found.clear();
        self.tree.for_each(bounds, |position| found.push(position));
        found.sort_unstable();
    }
}
