//! How long until the parcels that one changed building concerns are evaluated again, with their evidence?

use std::error::Error;
use std::sync::Arc;
use std::time::Instant;

use chrono::NaiveDate;
use mujun::app::screening::reevaluate;
use mujun::city::edit::{BuildingChange, ChangedBuilding, EditedCity};
use mujun::city::ground::PlanarGround;
use mujun::city::snapshot::CitySnapshot;
use mujun_domain::rulebook::Rulebook;

const EDITS: usize = 1_000;

/// Takes a storey off, or puts one on, one building after the other all over the city.
pub fn one_building(city: &Arc<CitySnapshot>, rulebook: &Rulebook, as_of: NaiveDate) -> Result<(), Box<dyn Error>> {
    let edited = EditedCity::new(city.clone());
    let buildings = city.building_grounds.len();
    let (mut slowest, mut total, mut parcels, mut changed) = (0.0_f64, 0.0, 0, 0);
    for edit in 0..EDITS.min(buildings) {
        let position = edit * (buildings / EDITS.min(buildings));
        let Some(surface) = city.building_grounds.surface(position) else { continue };
        let mut body = city.bodies[position];
        body.storeys_above = body.storeys_above.map(|storeys| if storeys > 3 { storeys - 3 } else { storeys + 3 });
        let planar_m2 = city.building_grounds.outline(position).area();
        let ground = PlanarGround { surface, planar_m2, ellipsoidal_m2: city.building_grounds.ellipsoidal_m2(position) };
        let change = BuildingChange::Altered { position, now: ChangedBuilding { ground, body } };
        let start = Instant::now();
        let (_, evaluated) = reevaluate(&edited, change, rulebook, as_of)?;
        let seconds = start.elapsed().as_secs_f64();
        slowest = slowest.max(seconds);
        total += seconds;
        parcels += evaluated.len();
        changed += evaluated.iter().filter(|parcel| !parcel.appeared.is_empty() || !parcel.disappeared.is_empty()).count();
    }
    println!(
        "改一栋建筑，重新评价所涉宗地（含证据）：平均 {:.2} ms，最慢 {:.2} ms；{EDITS} 次共 {parcels} 宗，其中 {changed} 宗标记有变",
        total / EDITS as f64 * 1e3,
        slowest * 1e3
    );
    Ok(())
}
