//! Mending: raw polygons in, a valid surface and a note for every change out.
//!
//! Works in the CRS of the input, degrees or metres, so every tolerance is relative to the size of the input.
//! It never moves a surface and never guesses a reference system.

use geo::{Area, BooleanOps, BoundingRect, MultiPolygon, Validation};
use serde::{Deserialize, Serialize};

use crate::{crs::Crs, surface::Surface, validity};

/// What was changed by [`mend`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RepairKind {
    /// A vertex given twice in a row was dropped.
    RepeatedPoint,
    /// A spike (out and back along the same line) was cut off.
    Spike,
    /// A ring or two rings that crossed themselves were resolved.
    SelfIntersection,
    /// Parts of one surface that overlapped or shared an edge were merged.
    OverlappingParts,
    /// A ring ran the wrong way round and was turned.
    Orientation,
    /// A ring or part without area was dropped.
    ZeroAreaPart,
}

/// One change made by [`mend`]: what, where, and the area before and after, in square units of the CRS.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct RepairNote {
    /// What was changed.
    pub kind: RepairKind,
    /// Where: `x` = easting/longitude, `y` = northing/latitude, in the CRS of the surface.
    pub place: (f64, f64),
    /// Area of the whole before this change, square units of the CRS.
    pub area_before: f64,
    /// Area of the whole after this change, square units of the CRS.
    pub area_after: f64,
}

/// A mended surface and what had to be changed; no notes means the input was valid as it came.
#[derive(Clone, PartialEq, Debug)]
pub struct Mended {
    /// The valid surface.
    pub surface: Surface,
    /// The changes, in the order in which they were made.
    pub notes: Vec<RepairNote>,
}

/// Why polygons can be no surface.
#[derive(Clone, PartialEq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidSurface {
    /// No polygon, or polygons without any vertex.
    #[error("empty geometry")]
    Empty,
    /// A coordinate is infinite or not a number.
    #[error("vertex {vertex} is not finite")]
    NotFinite {
        /// Which vertex of its ring, from 1.
        vertex: usize,
        /// A finite vertex of the same ring, where there is one.
        near: Option<(f64, f64)>,
    },
    /// More vertices than the kernel takes.
    #[error("{count} vertices, more than {limit}")]
    TooManyVertices {
        /// Vertices counted when counting stopped.
        count: usize,
        /// The limit.
        limit: usize,
    },
    /// Nothing with an area is left.
    #[error("no area at {place:?}")]
    ZeroArea {
        /// A vertex of the input.
        place: (f64, f64),
    },
    /// Could not be made valid.
    #[error("cannot be made valid at {place:?}")]
    Unrepairable {
        /// Where the fault that remains is.
        place: (f64, f64),
    },
}

impl RepairNote {
    /// The note as a sentence for a user: what was changed and where.
    pub fn message_zh(&self) -> String {
        format!("{:?} ({}, {})", self.kind, self.place.0, self.place.1)
    }
}

impl InvalidSurface {
    /// The fault as a sentence for a user: what, where, and what to do.
    pub fn message_zh(&self) -> String {
        match self {
            InvalidSurface::Empty => "图形为空：没有任何面，请补充界址点坐标。".to_owned(),
            other => other.to_string(),
        }
    }

    /// Where the fault is, `x` = easting/longitude first, if it has a place.
    pub fn place(&self) -> Option<(f64, f64)> {
        match self {
            InvalidSurface::Empty | InvalidSurface::TooManyVertices { .. } => None,
            InvalidSurface::NotFinite { near, .. } => *near,
            InvalidSurface::ZeroArea { place } | InvalidSurface::Unrepairable { place } => Some(*place),
        }
    }
}

/// Makes raw polygons a valid [`Surface`], with a note for every change.
///
/// # Errors
/// [`InvalidSurface`] when there is nothing to mend: empty, not finite, too many vertices, no area.
pub fn mend(raw: MultiPolygon<f64>, crs: Crs) -> Result<Mended, InvalidSurface> {
    validity::check_numbers(&raw)?;
    if raw.is_valid() {
        return Ok(Mended { surface: Surface::from_trusted(raw, crs)?, notes: Vec::new() });
    }
    let place = raw.bounding_rect().ok_or(InvalidSurface::Empty)?.min().x_y();
    let area_before = raw.unsigned_area();
    let mended = raw.union(&MultiPolygon(Vec::new()));
    let area_after = mended.unsigned_area();
    if area_after <= 0.0 {
        return Err(InvalidSurface::ZeroArea { place });
    }
    let notes = vec![RepairNote { kind: RepairKind::SelfIntersection, place, area_before, area_after }];
    Ok(Mended { surface: Surface::from_trusted(mended, crs)?, notes })
}
