//! Reprojection: the only caller of PROJ, and the projection of whole cities in our own arithmetic, held beside PROJ by tests.
//!
//! `x` is always easting/longitude, `y` northing/latitude, degrees or metres: PROJ is asked for the axis order of visualisation.
//! Transformers are dear to make and must not cross threads, so each thread keeps its own. Which system a file is in is not
//! guessed here.

use std::{
    cell::RefCell,
    collections::HashMap,
    rc::Rc,
    sync::{Mutex, MutexGuard, PoisonError},
};

use geo::{Coord, LineString, MultiPolygon, Polygon};
use proj::Proj;
use rayon::prelude::*;

use crate::{
    area,
    crs::Crs,
    repair::{self, InvalidSurface},
    surface::{self, Surface},
    validity,
};

mod gauss_kruger;
mod patch;
mod pipeline;

pub use pipeline::{Pipeline, PipelineFault, with_pipeline};

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
    /// PROJ does not understand a pipeline.
    #[error("the pipeline cannot be used")]
    Pipeline {
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

impl ReprojectionError {
    /// The fault as a sentence for a user: what, where, and what to do.
    pub fn message_zh(&self) -> String {
        match self {
            ReprojectionError::NoTransformation { from, to, .. } => {
                format!("无法从坐标系 {from} 转换到 {to}：坐标系代码未知或两者之间没有转换。请核对 EPSG 代码。")
            }
            ReprojectionError::Pipeline { .. } => "PROJ 不能识别这个转换管道。请核对每一步的写法。".to_owned(),
            ReprojectionError::Point { place: (x, y), from, to } => {
                format!("点 ({x}, {y}) 无法从 {from} 转换到 {to}：坐标不在该坐标系的有效范围内。请核对坐标系与坐标顺序。")
            }
            ReprojectionError::OtherCrs { found, expected } => {
                format!("图形坐标系为 {found}，应为 {expected}。")
            }
            ReprojectionError::Collapsed { to, cause } => {
                format!("图形转换到 {to} 后不再有效：{}", cause.message_zh())
            }
        }
    }

    /// The point that could not be transformed, in the source system.
    pub fn place(&self) -> Option<(f64, f64)> {
        match self {
            ReprojectionError::Point { place, .. } => Some(*place),
            _ => None,
        }
    }
}

/// PROJ clears what its contexts share whenever the crate drops a transformer, which must not happen while another is being made.
static MAKING: Mutex<()> = Mutex::new(());

fn making() -> MutexGuard<'static, ()> {
    MAKING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A transformer between two systems. Neither `Send` nor `Sync`: use [`with_reprojector`] on every thread.
pub struct Reprojector {
    /// `None` only while it is dropped.
    proj: Option<Proj>,
    from: Crs,
    to: Crs,
}

impl Reprojector {
    /// Makes a transformer. Costs milliseconds: see [`with_reprojector`].
    ///
    /// # Errors
    /// [`ReprojectionError::NoTransformation`] when PROJ does not know a system.
    pub fn new(from: Crs, to: Crs) -> Result<Reprojector, ReprojectionError> {
        let _guard = making();
        let proj = Proj::new_known_crs(&from.to_string(), &to.to_string(), None)
            .map_err(|cause| ReprojectionError::NoTransformation { from, to, cause })?;
        Ok(Reprojector { proj: Some(proj), from, to })
    }

    fn proj(&self) -> &Proj {
        self.proj.as_ref().expect("taken only by drop")
    }

    /// The source system.
    pub fn from(&self) -> Crs {
        self.from
    }

    /// The target system.
    pub fn to(&self) -> Crs {
        self.to
    }

    /// Transforms a valid surface. Vertices are transformed and edges stay straight between them.
    ///
    /// A hole that touched its exterior to the last digit may not do so any more; that is mended, without a note.
    ///
    /// # Errors
    /// When the surface is in another CRS than this transformer's source, a point has no image, or the images enclose no area.
    pub fn surface(&self, surface: &Surface) -> Result<Surface, ReprojectionError> {
        if surface.crs() != self.from {
            return Err(ReprojectionError::OtherCrs { found: surface.crs(), expected: self.from });
        }
        let mut polygons = self.multi_polygon(surface.multi_polygon())?;
        surface::orient(&mut polygons.0);
        let collapsed = |cause| ReprojectionError::Collapsed { to: self.to, cause };
        if validity::inspect(&polygons.0).is_ok() {
            return surface::valid(polygons.0, self.to).ok_or_else(|| collapsed(InvalidSurface::Empty));
        }
        repair::mend(polygons, self.to).map(|mended| mended.surface).map_err(collapsed)
    }

    /// Transforms polygons, valid or not, in one call of PROJ.
    ///
    /// # Errors
    /// [`ReprojectionError::Point`] for the first point that has no image.
    pub fn multi_polygon(&self, polygons: &MultiPolygon<f64>) -> Result<MultiPolygon<f64>, ReprojectionError> {
        let rings = || polygons.iter().flat_map(validity::rings);
        let mut coords: Vec<Coord<f64>> = Vec::with_capacity(rings().map(|r| r.0.len()).sum());
        coords.extend(rings().flat_map(|r| &r.0));
        self.coords(&mut coords)?;
        let mut rest = coords.as_slice();
        let mut ring = |old: &LineString<f64>| {
            let (own, others) = rest.split_at(old.0.len());
            rest = others;
            LineString(own.to_vec())
        };
        let parts = polygons.iter();
        Ok(parts.map(|p| Polygon::new(ring(p.exterior()), p.interiors().iter().map(&mut ring).collect())).collect())
    }

    /// Transforms many points in place, in one call of PROJ. On an error the points are as they were.
    ///
    /// # Errors
    /// [`ReprojectionError::Point`] for the first point that has no image.
    pub fn coords(&self, coords: &mut [Coord<f64>]) -> Result<(), ReprojectionError> {
        let before = coords.to_vec();
        let done = self.proj().convert_array(coords).is_ok();
        if done && coords.iter().all(|c| c.x.is_finite() && c.y.is_finite()) {
            return Ok(());
        }
        // PROJ does not say which point it was: one by one until it shows.
        coords.copy_from_slice(&before);
        for c in &before {
            self.point(c.x_y())?;
        }
        for c in coords {
            *c = self.point(c.x_y())?.into();
        }
        Ok(())
    }

    /// Transforms one point, `(x, y)`.
    ///
    /// # Errors
    /// [`ReprojectionError::Point`] when it has no image.
    pub fn point(&self, point: (f64, f64)) -> Result<(f64, f64), ReprojectionError> {
        match self.proj().convert(point) {
            Ok((x, y)) if x.is_finite() && y.is_finite() => Ok((x, y)),
            _ => Err(ReprojectionError::Point { place: point, from: self.from, to: self.to }),
        }
    }
}

impl Drop for Reprojector {
    fn drop(&mut self) {
        let _guard = making();
        self.proj = None;
    }
}

thread_local! {
    static CACHE: RefCell<HashMap<(Crs, Crs), Rc<Reprojector>>> = RefCell::default();
}

/// Runs `work` with this thread's transformer between two systems, made at the thread's first call.
///
/// ```
/// use mujun_geometry::{Crs, reproject::with_reprojector};
///
/// // Longitude first, although the registry's order for EPSG:4490 is latitude first.
/// let (x, y) = with_reprojector(Crs::CGCS2000, Crs::CGCS2000_GK_120E, |r| r.point((120.75, 30.75)))??;
/// assert!((x - 571_815.366).abs() < 0.001 && (y - 3_403_497.826).abs() < 0.001);
/// # Ok::<(), mujun_geometry::reproject::ReprojectionError>(())
/// ```
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

/// Transforms very many points on all cores: by our own series where there is one (see [`patch`]), else by PROJ.
///
/// # Errors
/// A system that PROJ does not know, or the first point of some block of them that has no image.
pub fn transform(from: Crs, to: Crs, mut coords: Vec<Coord<f64>>) -> Result<Vec<Coord<f64>>, ReprojectionError> {
    const BLOCK: usize = 4096;
    if from == to {
        return Ok(coords);
    }
    let strip = gauss_kruger::GaussKruger::between(from, to);
    coords.par_chunks_mut(BLOCK).try_for_each(|block| {
        let Some(strip) = strip else { return with_reprojector(from, to, |r| r.coords(block))? };
        patch::with_patches(strip, |patches| {
            for c in block {
                *c = match patches.forward(*c) {
                    Some(there) => there,
                    None => with_reprojector(from, to, |r| r.point(c.x_y()))??.into(),
                };
            }
            Ok(())
        })
    })?;
    Ok(coords)
}

/// Area in the plane `plane` of a surface in another system, m² for a plane in metres: what [`crate::area::planar_area`] says of the
/// surface once it is reprojected, without making that surface; by our own series where there is one, else by PROJ.
///
/// # Errors
/// As [`Reprojector::surface`].
pub fn area_in_plane(surface: &Surface, plane: Crs) -> Result<f64, ReprojectionError> {
    let by_proj = || with_reprojector(surface.crs(), plane, |r| r.surface(surface).map(|there| area::planar_area(&there)))?;
    let Some(strip) = gauss_kruger::GaussKruger::between(surface.crs(), plane) else { return by_proj() };
    let area: Option<f64> = patch::with_patches(strip, |patches| {
        let mut ring = |ring: &LineString<f64>| -> Option<f64> {
            let mut places = ring.0.iter();
            // Relative to the first vertex, so that the products keep their digits.
            let origin = patches.forward(*places.next()?)?;
            let (mut twice, mut before) = (0.0, Coord::default());
            for place in places {
                let here = patches.forward(*place)? - origin;
                twice += before.x * here.y - here.x * before.y;
                before = here;
            }
            Some(twice.abs() / 2.0)
        };
        let polygon = |polygon: &Polygon<f64>| -> Option<f64> {
            let exterior = ring(polygon.exterior())?;
            let holes: Option<f64> = polygon.interiors().iter().map(&mut ring).sum();
            Some(exterior - holes?)
        };
        surface.multi_polygon().iter().map(polygon).sum()
    });
    area.map_or_else(by_proj, Ok)
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
    with_reprojector(Crs::CGCS2000, Crs::CGCS2000_GK_120E, |r| r.proj().lib_info().map(|i| i.version).ok())
        .ok()
        .flatten()
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::{area::planar_area, mend};

    #[test]
    fn the_storage_system_goes_to_the_plane_with_longitude_first() {
        let to_plane = Reprojector::new(Crs::CGCS2000, Crs::CGCS2000_GK_120E).unwrap();
        let (x, y) = to_plane.point((120.75, 30.75)).unwrap();
        assert!((x - 571_815.366).abs() < 0.001, "{x}");
        assert!((y - 3_403_497.826).abs() < 0.001, "{y}");
        let back = Reprojector::new(Crs::CGCS2000_GK_ZONE_40, Crs::CGCS2000).unwrap();
        let (lon, lat) = back.point((x + 40_000_000.0, y)).unwrap();
        assert!((lon - 120.75).abs() < 1e-11 && (lat - 30.75).abs() < 1e-11, "{lon} {lat}");
    }

    #[test]
    fn wgs_84_is_cgcs2000_to_within_a_decimetre() {
        let (lon, lat) = with_reprojector(Crs::WGS84, Crs::CGCS2000, |r| r.point((120.75, 30.75))).unwrap().unwrap();
        assert!((lon - 120.75).abs() < 1e-6 && (lat - 30.75).abs() < 1e-6, "{lon} {lat}");
    }

    #[test]
    fn a_system_goes_to_itself_unchanged() {
        let same = with_reprojector(Crs::CGCS2000, Crs::CGCS2000, |r| r.point((120.75, 30.75))).unwrap().unwrap();
        assert_eq!(same, (120.75, 30.75));
    }

    #[test]
    fn one_proj_is_linked_and_it_finds_its_own_database() {
        let version = proj_version();
        assert!(version.starts_with(char::is_numeric), "{version:?}");
        // A second PROJ would not find the database of its version and know no code at all.
        assert!(is_known(4490) && is_known(4528) && is_known(4549) && is_known(3857));
        let maps = std::fs::read_to_string("/proc/self/maps").unwrap_or_default();
        let mut libraries: Vec<&str> =
            maps.lines().filter_map(|l| l.split_whitespace().nth(5)).filter(|p| p.contains("libproj")).collect();
        libraries.sort_unstable();
        libraries.dedup();
        assert!(maps.is_empty() || libraries.len() == 1, "{libraries:?}");
    }

    #[test]
    fn an_unknown_code_is_an_error_that_names_it() {
        assert!(!is_known(999_999));
        let refused = Reprojector::new(Crs::from_epsg(999_999), Crs::CGCS2000).err().unwrap();
        assert!(refused.message_zh().contains("EPSG:999999"), "{}", refused.message_zh());
    }

    #[test]
    fn proj_tells_degrees_from_metres() {
        for (epsg, geographic) in [(4490, true), (4326, true), (4610, true), (4549, false), (3857, false), (32651, false)] {
            assert_eq!(is_geographic(Crs::from_epsg(epsg)).unwrap(), geographic, "{epsg}");
        }
    }

    #[test]
    fn a_point_without_an_image_is_an_error_with_its_place() {
        let square = geo::wkt!(MULTIPOLYGON(((120. 30., 121. 30., 121. 95., 120. 30.))));
        let refused = with_reprojector(Crs::CGCS2000, Crs::CGCS2000_GK_120E, |r| r.multi_polygon(&square)).unwrap();
        assert_eq!(refused.unwrap_err().place(), Some((121.0, 95.0)));
        let mut coords = [Coord { x: 120.0, y: 30.0 }, Coord { x: f64::NAN, y: 30.0 }];
        let before = coords[0];
        let refused = with_reprojector(Crs::CGCS2000, Crs::CGCS2000_GK_120E, |r| r.coords(&mut coords)).unwrap();
        assert!(refused.is_err());
        assert_eq!(coords[0], before);
    }

    #[test]
    fn rings_keep_their_places_through_a_batch() {
        let holed = geo::wkt!(MULTIPOLYGON(
            ((120.70 30.70, 120.72 30.70, 120.72 30.72, 120.70 30.72, 120.70 30.70), (120.71 30.71, 120.71 30.715, 120.715 30.715, 120.71 30.71)),
            ((120.80 30.80, 120.81 30.80, 120.81 30.81, 120.80 30.80))
        ));
        let surface = mend(holed, Crs::CGCS2000).unwrap().surface;
        let plane = with_reprojector(Crs::CGCS2000, Crs::CGCS2000_GK_120E, |r| r.surface(&surface)).unwrap().unwrap();
        let back = with_reprojector(Crs::CGCS2000_GK_120E, Crs::CGCS2000, |r| r.surface(&plane)).unwrap().unwrap();
        let pairs = surface.multi_polygon().iter().zip(back.multi_polygon());
        for (a, b) in pairs.flat_map(|(p, q)| validity::rings(p).zip(validity::rings(q))) {
            assert_eq!(a.0.len(), b.0.len());
            assert!(a.0.iter().zip(&b.0).all(|(c, d)| (c.x - d.x).abs() < 1e-11 && (c.y - d.y).abs() < 1e-11));
        }
        assert!(planar_area(&plane) > 4.0e6 && planar_area(&plane) < 5.0e6);
        let wrong = with_reprojector(Crs::CGCS2000, Crs::CGCS2000_GK_120E, |r| r.surface(&plane)).unwrap();
        assert!(matches!(wrong, Err(ReprojectionError::OtherCrs { .. })));
    }

    proptest::proptest! {
        #[test]
        fn the_area_in_the_plane_is_that_of_the_surface_there(plot in crate::testing::anything()) {
            let stored = with_reprojector(Crs::CGCS2000_GK_120E, Crs::CGCS2000, |r| r.surface(&plot)).unwrap().unwrap();
            let there = with_reprojector(Crs::CGCS2000, Crs::CGCS2000_GK_120E, |r| r.surface(&stored)).unwrap().unwrap();
            let (ours, proj) = (area_in_plane(&stored, Crs::CGCS2000_GK_120E).unwrap(), planar_area(&there));
            // A micrometre all along the boundary of a plot of some hundred metres.
            proptest::prop_assert!((ours - proj).abs() < 1e-3 && (ours - proj).abs() < 1e-8 * proj.max(1.0), "{} {}", ours, proj);
        }
    }

    #[test]
    fn the_area_in_a_plane_without_a_series_of_ours_is_projs() {
        let square = geo::wkt!(MULTIPOLYGON(((120. 30., 120.001 30., 120.001 30.001, 120. 30.001, 120. 30.))));
        let square = mend(square, Crs::CGCS2000).unwrap().surface;
        let other = area_in_plane(&square, Crs::CGCS2000_GK_ZONE_40).unwrap();
        assert!((other - area_in_plane(&square, Crs::CGCS2000_GK_120E).unwrap()).abs() < 1e-6 * other, "{other}");
    }

    #[test]
    fn threads_that_come_and_go_do_not_disturb_each_other() {
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for i in 0..200 {
                        let lon = 120.0 + f64::from(i) / 200.0;
                        let there = with_reprojector(Crs::CGCS2000, Crs::CGCS2000_GK_120E, |r| r.point((lon, 30.7)));
                        assert!(there.unwrap().is_ok());
                    }
                });
            }
        });
    }
}
