//! The place a file must belong to: what the caller knows of the city before a row is read.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use mujun_domain::code::DivisionCode;
use mujun_geometry::{
    Surface,
    geo::{Contains, Distance, Euclidean, Point, Rect},
};

use super::crs::union;
use crate::register::RegisterKind;

/// How far outside the known extent a row may lie, degrees (about 5 km): boundaries of different editions differ.
pub(super) const EXTENT_MARGIN_DEGREES: f64 = 0.05;

/// The city as the registers know it. [`Place::default`] knows nothing and checks nothing.
#[derive(Clone, Debug, Default)]
pub struct Place {
    /// Bounding box of the divisions, longitude and latitude.
    pub extent: Option<Rect<f64>>,
    /// Divisions and their boundaries, EPSG:4490.
    pub divisions: Vec<(DivisionCode, Surface)>,
    /// Codes of the known reporting units; `None` checks nothing.
    pub reporting_units: Option<BTreeSet<String>>,
    /// What the rows may refer to, as division and code; a register that is not listed is not checked.
    pub registered: BTreeMap<RegisterKind, HashSet<(String, String)>>,
}

/// Which division a point lies in.
pub(super) enum Located {
    /// Inside this one.
    Inside(String),
    /// In none; this one is nearest, within the margin of the extent.
    Near(String),
    /// In none and near none.
    Nowhere,
}

impl Place {
    /// The city of these divisions, EPSG:4490; nothing else is known of it.
    pub fn of(divisions: Vec<(DivisionCode, Surface)>) -> Place {
        let extent = divisions.iter().map(|(_, surface)| surface.bounds()).reduce(union);
        Place { extent, divisions, ..Place::default() }
    }

    /// Whether a division with this code is known; yes when none is known at all, as then nothing can be said.
    pub(super) fn knows_division(&self, code: &str) -> bool {
        self.divisions.is_empty() || self.divisions.iter().any(|(known, _)| known.as_str() == code)
    }

    /// The division of a point in longitude and latitude.
    pub(super) fn locate(&self, point: Point<f64>) -> Located {
        let margin = EXTENT_MARGIN_DEGREES;
        let mut nearest: Option<(f64, &DivisionCode)> = None;
        for (code, surface) in &self.divisions {
            let bounds = surface.bounds();
            let reach =
                Rect::new((bounds.min().x - margin, bounds.min().y - margin), (bounds.max().x + margin, bounds.max().y + margin));
            if !reach.contains(&point) {
                continue;
            }
            if surface.multi_polygon().contains(&point) {
                return Located::Inside(code.to_string());
            }
            let distance = Euclidean.distance(&point, surface.multi_polygon());
            if distance <= margin && nearest.is_none_or(|(least, _)| distance < least) {
                nearest = Some((distance, code));
            }
        }
        nearest.map_or(Located::Nowhere, |(_, code)| Located::Near(code.to_string()))
    }

    /// The extent with its margin.
    pub(super) fn reach(&self) -> Option<Rect<f64>> {
        self.extent.map(|extent| {
            Rect::new(
                (extent.min().x - EXTENT_MARGIN_DEGREES, extent.min().y - EXTENT_MARGIN_DEGREES),
                (extent.max().x + EXTENT_MARGIN_DEGREES, extent.max().y + EXTENT_MARGIN_DEGREES),
            )
        })
    }
}
