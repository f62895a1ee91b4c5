//! The geometry kernel of mujun: valid surfaces, their repair, their areas, their overlay.
//!
//! It knows coordinates and reference systems and nothing else: no parcel, no database, no file, no clock.
//! Coordinates in memory are always `x` = easting or longitude and `y` = northing or latitude, whatever
//! axis order the registry gives a reference system.

pub use geo;

pub mod area;
pub mod crs;
pub mod index;
pub mod label;
pub mod layer;
pub mod overlay;
pub mod repair;
pub mod reproject;
pub mod shift;
pub mod surface;
pub mod wkb;

mod lattice;
#[cfg(test)]
mod testing;
mod validity;

pub use crs::Crs;
pub use repair::{InvalidSurface, Mended, RepairKind, RepairNote, mend};
pub use surface::Surface;
