//! A snapshot in which single buildings have changed since it was read: what stands on the parcels concerned now, without reading or
//! indexing anything again. The snapshot itself is shared and never written to.

use std::collections::HashSet;
use std::sync::Arc;

use mujun_geometry::geo::Rect;
use mujun_geometry::layer::LayerBuilder;

use super::ground::{GroundIndex, PLANE, PlanarGround};
use super::measure::{BuildingBody, CountingRules, SiteMeasure, Surveyor};
use super::snapshot::CitySnapshot;

/// A building as it is now.
#[derive(Clone, Debug)]
pub struct ChangedBuilding {
    /// 基底，测量平面。
    pub ground: PlanarGround,
    /// 层数与层高。
    pub body: BuildingBody,
}

/// What happened to a building. Positions are those of the snapshot, and after them those of the buildings put up since, in order.
#[derive(Clone, Debug)]
pub enum BuildingChange {
    /// 新建
    Built(ChangedBuilding),
    /// 变更：轮廓、层数或层高
    Altered {
        /// Which building.
        position: usize,
        /// As it is now.
        now: ChangedBuilding,
    },
    /// 拆除
    Demolished {
        /// Which building.
        position: usize,
    },
}

/// A snapshot with its changes. Cheap to clone.
#[derive(Clone, Debug)]
pub struct EditedCity {
    base: Arc<CitySnapshot>,
    /// Buildings that are not any more as they were in the snapshot.
    gone: HashSet<usize>,
    /// Buildings since, with their positions.
    since: Vec<(usize, ChangedBuilding)>,
    next: usize,
}

impl EditedCity {
    /// A snapshot in which nothing has changed.
    pub fn new(base: Arc<CitySnapshot>) -> EditedCity {
        let next = base.building_grounds.len();
        EditedCity { base, gone: HashSet::new(), since: Vec::new(), next }
    }

    /// The snapshot beneath.
    pub fn base(&self) -> &CitySnapshot {
        &self.base
    }

    /// The city after a change, and the positions of the parcels that the building stood or stands on (or beside: their boxes meet),
    /// in ascending order. A building that is not there changes nothing.
    pub fn with_building_changed(&self, change: BuildingChange) -> (EditedCity, Vec<usize>) {
        let mut after = self.clone();
        let (position, now) = match change {
            BuildingChange::Built(now) => {
                after.next += 1;
                (self.next, Some(now))
            }
            // A position that was never given out is that of no building.
            BuildingChange::Altered { position, .. } | BuildingChange::Demolished { position } if position >= self.next => {
                return (self.clone(), Vec::new());
            }
            BuildingChange::Altered { position, now } => (position, Some(now)),
            BuildingChange::Demolished { position } => (position, None),
        };
        let before = self.bounds(position);
        if before.is_none() && position != self.next {
            return (self.clone(), Vec::new());
        }
        after.since.retain(|(known, _)| *known != position);
        if position < self.base.building_grounds.len() {
            after.gone.insert(position);
        }
        let bounds: Vec<Rect<f64>> =
            before.into_iter().chain(now.as_ref().map(|building| building.ground.surface.bounds())).collect();
        after.since.extend(now.map(|building| (position, building)));

        let (mut near, mut touched) = (Vec::new(), Vec::new());
        for bounds in bounds {
            self.base.parcel_grounds.near(bounds, &mut near);
            touched.extend_from_slice(&near);
        }
        touched.sort_unstable();
        touched.dedup();
        (after, touched)
    }

    /// The box of a building that stands.
    fn bounds(&self, position: usize) -> Option<Rect<f64>> {
        if let Some((_, building)) = self.since.iter().find(|(known, _)| *known == position) {
            return Some(building.ground.surface.bounds());
        }
        let stands = position < self.base.building_grounds.len() && !self.gone.contains(&position);
        stands.then(|| self.base.building_grounds.outline(position).bounds())
    }

    /// Measures some parcels as [`super::measure::measure_sites`] would measure them in a city that was read anew.
    pub fn measure(&self, parcels: &[usize], rules: CountingRules) -> Vec<SiteMeasure> {
        parcels.iter().map(|parcel| self.measure_one(*parcel, rules)).collect()
    }

    fn measure_one(&self, parcel: usize, rules: CountingRules) -> SiteMeasure {
        let bounds = self.base.parcel_grounds.outline(parcel).bounds();
        let mut near = Vec::new();
        self.base.building_grounds.near(bounds, &mut near);
        near.retain(|building| !self.gone.contains(building));
        let mut around = LayerBuilder::new(PLANE);
        let (mut sizes, mut bodies) = (Vec::new(), Vec::new());
        for building in near.iter().copied() {
            around.push_outline(self.base.building_grounds.outline(building));
            sizes.push(self.base.building_grounds.ellipsoidal_m2(building));
            bodies.push(self.base.bodies[building]);
        }
        for (position, building) in &self.since {
            near.push(*position);
            around.push(&building.ground.surface);
            sizes.push(building.ground.ellipsoidal_m2);
            bodies.push(building.body);
        }
        let around = GroundIndex::of(around.finish(), sizes);
        let mut measure = Surveyor::new(&around, &bodies, rules).measure(&self.base.parcel_grounds, parcel);
        for part in &mut measure.parts {
            part.building = near[part.building];
        }
        measure.parts.sort_unstable_by_key(|part| part.building);
        measure
    }
}
