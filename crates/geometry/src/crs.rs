//! Coordinate reference systems, named by their EPSG code.
//!
//! A code and what the kernel must know of it: degrees or metres. No parameters and no transformation
//! here: those are PROJ's, behind [`crate::reproject`].

use std::fmt;

use serde::{Deserialize, Serialize};

/// A coordinate reference system by EPSG code. Any code can be held; whether PROJ knows it is asked with
/// [`crate::reproject::is_known`].
///
/// Coordinates in memory are always `x` = easting/longitude, `y` = northing/latitude, also for systems like
/// EPSG:4490 whose registry entry says latitude first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Crs(u32);

impl Crs {
    /// CGCS2000 longitude and latitude, degrees: the storage system.
    pub const CGCS2000: Crs = Crs(4490);
    /// CGCS2000 / 3-degree Gauss-Kruger, central meridian 120°E, false easting 500 000, metres.
    pub const CGCS2000_GK_120E: Crs = Crs(4549);
    /// CGCS2000 / 3-degree Gauss-Kruger zone 40: the same plane, easting prefixed with 40 (40 500 000), metres.
    pub const CGCS2000_GK_ZONE_40: Crs = Crs(4528);
    /// WGS 84 longitude and latitude, degrees.
    pub const WGS84: Crs = Crs(4326);
    /// Web Mercator, metres on the map (not on the ground): tiles only, never areas.
    pub const WEB_MERCATOR: Crs = Crs(3857);

    /// The system with this EPSG code.
    pub const fn from_epsg(epsg: u32) -> Crs {
        Crs(epsg)
    }

    /// The EPSG code.
    pub const fn epsg(self) -> u32 {
        self.0
    }

    /// Whether coordinates are degrees of longitude and latitude, for the systems met in practice: CGCS2000 (2D and 3D), WGS 84
    /// (2D and 3D), Xian 1980, Beijing 1954. `false` for every other code, which does not mean projected: for those ask
    /// [`crate::reproject::is_geographic`], which asks PROJ.
    pub const fn is_geographic(self) -> bool {
        matches!(self.0, 4490 | 4480 | 4326 | 4979 | 4610 | 4214)
    }
}

impl fmt::Display for Crs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EPSG:{}", self.0)
    }
}
