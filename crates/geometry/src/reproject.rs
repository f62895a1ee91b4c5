//! Reprojection: the only caller of PROJ.
//!
//! `x` is always easting/longitude, `y` northing/latitude, degrees or metres. Transformers are dear to make and must not
//! cross threads, so each thread keeps its own.

use std::{cell::RefCell, collections::HashMap, rc::Rc};

use geo::{Coord, CoordsIter, LineString, MultiPolygon, Polygon};
use proj::Proj;

use crate::{crs::Crs, repair::InvalidSurface, surface::Surface};

/// Why a reprojection failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReprojectionError {
    /// PROJ has no transformation between the two systems, or does not know one of them.
    #[error("no transformation from {from} to {to}")]
    NoTransformation {
        /// From here.
        from: Crs,
        /// To here.
        to: Crs,
        /// What PROJ said.
        #[source]
        cause: proj::ProjCreateError,
    },
    /// A point has no image in the other system.
    #[error("point {place:?} cannot be transformed from {from} to {to}")]
    Point {
        /// The point in the source system.
        place: (f64, f64),
        /// From here.
        from: Crs,
        /// To here.
        to: Crs,
    },
    /// The surface is in another system than the transformer's source.
    #[error("surface is in {found}, the transformer takes {expected}")]
    OtherCrs {
        /// The CRS of the surface.
        found: Crs,
        /// The source CRS of the transformer.
        expected: Crs,
    },
    /// The surface is none any more in the other system.
    #[error("surface collapses in {to}")]
    Collapsed {
        /// The target CRS.
        to: Crs,
        /// Why.
        #[source]
        cause: InvalidSurface,
    },
}

/// A transformer between two systems. Not `Send`: use [`with_reprojector`] on every thread.
pub struct Reprojector {
    proj: Proj,
    from: Crs,
    to: Crs,
}

impl Reprojector {
    /// Makes a transformer. Costs milliseconds: see [`with_reprojector`].
    ///
    /// # Errors
    /// [`ReprojectionError::NoTransformation`] when PROJ does not know a system.
    pub fn new(from: Crs, to: Crs) -> Result<Reprojector, ReprojectionError> {
        let proj = Proj::new_known_crs(&from.to_string(), &to.to_string(), None)
            .map_err(|cause| ReprojectionError::NoTransformation { from, to, cause })?;
        Ok(Reprojector { proj, from, to })
    }

    /// Transforms a valid surface.
    ///
    /// # Errors
    /// When the surface is in another CRS than this transformer's source or a point has no image.
    pub fn surface(&self, surface: &Surface) -> Result<Surface, ReprojectionError> {
        if surface.crs() != self.from {
            return Err(ReprojectionError::OtherCrs { found: surface.crs(), expected: self.from });
        }
        let polygons = self.multi_polygon(surface.multi_polygon())?;
        Surface::from_trusted(polygons, self.to).map_err(|cause| ReprojectionError::Collapsed { to: self.to, cause })
    }

    /// Transforms polygons, valid or not.
    ///
    /// # Errors
    /// [`ReprojectionError::Point`] for the first point that has no image.
    pub fn multi_polygon(&self, polygons: &MultiPolygon<f64>) -> Result<MultiPolygon<f64>, ReprojectionError> {
        let mut coords: Vec<Coord<f64>> = polygons.coords_iter().collect();
        for c in &mut coords {
            let (x, y) = self.point((c.x, c.y))?;
            *c = Coord { x, y };
        }
        let mut next = coords.into_iter();
        let mut ring = |old: &LineString<f64>| LineString(next.by_ref().take(old.0.len()).collect());
        Ok(polygons.iter().map(|p| Polygon::new(ring(p.exterior()), p.interiors().iter().map(&mut ring).collect())).collect())
    }

    /// Transforms one point, `(x, y)`.
    ///
    /// # Errors
    /// [`ReprojectionError::Point`] when it has no image.
    pub fn point(&self, point: (f64, f64)) -> Result<(f64, f64), ReprojectionError> {
        match self.proj.convert(point) {
            Ok((x, y)) if x.is_finite() && y.is_finite() => Ok((x, y)),
            _ => Err(ReprojectionError::Point { place: point, from: self.from, to: self.to }),
        }
    }
}

thread_local! {
    static CACHE: RefCell<HashMap<(Crs, Crs), Rc<Reprojector>>> = RefCell::default();
}

/// Runs `work` with this thread's transformer between two systems, made at the first call.
///
/// # Errors
/// [`ReprojectionError::NoTransformation`] when PROJ does not know a system.
pub fn with_reprojector<T>(from: Crs, to: Crs, work: impl FnOnce(&Reprojector) -> T) -> Result<T, ReprojectionError> {
    let known = CACHE.with_borrow(|cache| cache.get(&(from, to)).cloned());
    let reprojector = match known {
        Some(known) => known,
        None => {
            let made = Rc::new(Reprojector::new(from, to)?);
            CACHE.with_borrow_mut(|cache| cache.insert((from, to), Rc::clone(&made)));
            made
        }
    };
    Ok(work(&reprojector))
}

/// Whether PROJ knows the code and can relate it to CGCS2000.
pub fn is_known(epsg: u32) -> bool {
    with_reprojector(Crs::from_epsg(epsg), Crs::CGCS2000, |_| ()).is_ok()
}

/// Whether the coordinates of a system are degrees of longitude and latitude, by PROJ's word.
///
/// # Errors
/// [`ReprojectionError::NoTransformation`] when PROJ does not know the system.
pub fn is_geographic(crs: Crs) -> Result<bool, ReprojectionError> {
    // A geographic system leaves a point of the city within a fraction of a degree of itself; no projected one does.
    let here = (120.75, 30.75);
    let there = with_reprojector(Crs::CGCS2000, crs, |r| r.point(here))?;
    Ok(there.is_ok_and(|(x, y)| (x - here.0).abs() < 0.1 && (y - here.1).abs() < 0.1))
}

/// The version of the PROJ library that is linked, such as `9.1.1`.
pub fn proj_version() -> String {
    with_reprojector(Crs::CGCS2000, Crs::CGCS2000_GK_120E, |r| r.proj.lib_info().map(|i| i.version).ok())
        .ok()
        .flatten()
        .unwrap_or_default()
}
