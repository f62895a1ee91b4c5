//! Where the parks lie, how many parcels each holds, and how small everything must be drawn so that the city fits.

use geo::Coord;

use super::county::{self, County};
use super::dice::Dice;
use super::{SampleError, SampleOptions};

/// Parcels of a park on average; the most that one is asked to hold is [`PARK_MAX`].
const PARK_MEAN: usize = 100;
const PARK_MAX: usize = 150;
/// Side of the square that a park needs with its surroundings, metres at scale 1.
pub(super) const SITE_SIDE: f64 = 2600.0;
/// Least distance between a site and the border of its county, metres at scale 1.
const SITE_MARGIN: f64 = 260.0;
/// Land of the seven counties, rounded up: where the search for a scale begins.
const LAND_M2: f64 = 3.9e9;
/// Beyond this the parcels would be smaller than a house.
const PARCELS_MAX: usize = 2_000_000;

/// The city before anything is built.
pub(super) struct CityPlan {
    /// Factor on every length.
    pub(super) scale: f64,
    pub(super) parks: Vec<ParkPlan>,
}

/// A park before anything is built.
#[derive(Clone, Copy)]
pub(super) struct ParkPlan {
    pub(super) county: &'static str,
    pub(super) county_name: &'static str,
    pub(super) reporting_unit: &'static str,
    /// Number in the county, from 0.
    pub(super) number: usize,
    /// Parcels of the whole city before this park.
    pub(super) parcels_before: usize,
    /// Parcels to make.
    pub(super) quota: usize,
    /// Centre, EPSG:4549.
    pub(super) centre: Coord<f64>,
    /// Turn against east, radians.
    pub(super) angle: f64,
    /// The stream of chance that the park draws from.
    pub(super) stream: u64,
}

/// Plans the city.
pub(super) fn plan(options: &SampleOptions) -> Result<CityPlan, SampleError> {
    if options.parcels > PARCELS_MAX {
        return Err(SampleError::TooMany { asked: options.parcels, limit: PARCELS_MAX });
    }
    let (counties, land) = county::counties()?;
    let angles: Vec<f64> = (0..counties.len()).map(|number| Dice::new(options.seed, number as u64).between(-0.3, 0.3)).collect();
    let sites_needed = options.parcels.div_ceil(PARK_MAX - 10) + counties.len();
    let mut scale = (LAND_M2 / (sites_needed as f64 * SITE_SIDE * SITE_SIDE)).sqrt().min(1.0);
    let sites = loop {
        let sites: Vec<Vec<Coord<f64>>> = counties
            .iter()
            .zip(&angles)
            .map(|(county, &angle)| county::sites(county, &land, angle, SITE_SIDE * scale, SITE_MARGIN * scale))
            .collect();
        if sites.iter().map(Vec::len).sum::<usize>() >= sites_needed {
            break sites;
        }
        scale *= 0.93;
    };
    let room: usize = sites.iter().map(Vec::len).sum();
    let mut parks = Vec::new();
    let (mut before, mut room_before) = (0, 0);
    for (number, ((county, mut sites), angle)) in counties.iter().zip(sites).zip(angles).enumerate() {
        room_before += sites.len();
        let end = (options.parcels * room_before + room / 2) / room;
        let quota = end - before;
        let mut dice = Dice::new(options.seed, 1000 + number as u64);
        dice.shuffle(&mut sites);
        let quotas = quotas(quota, sites.len(), &mut dice);
        for (index, (quota, centre)) in quotas.into_iter().zip(sites).enumerate() {
            parks.push(ParkPlan {
                county: county.code,
                county_name: county.name,
                reporting_unit: reporting_unit(county, &mut dice),
                number: index,
                parcels_before: before,
                quota,
                centre,
                angle: angle + dice.between(-0.2, 0.2),
                stream: (number as u64 + 1) << 32 | index as u64,
            });
            before += quota;
        }
    }
    Ok(CityPlan { scale, parks })
}

/// Splits a county's parcels among its parks: of uneven size while there is room, never above what a site can hold.
fn quotas(parcels: usize, sites: usize, dice: &mut Dice) -> Vec<usize> {
    if parcels == 0 {
        return Vec::new();
    }
    let wanted = parcels.div_ceil(PARK_MEAN).max(3.min(parcels.div_ceil(12)));
    let crowded = parcels.div_ceil(PARK_MAX - 5);
    let count = wanted.min(sites).max(crowded.min(sites)).max(1);
    let mean = parcels as f64 / count as f64;
    let spread = ((PARK_MAX as f64 - mean) / mean).clamp(0.0, 0.6);
    let weights: Vec<f64> = (0..count).map(|_| 1.0 + dice.between(-spread, spread)).collect();
    let total: f64 = weights.iter().sum();
    let (mut sum, mut done) = (0.0, 0);
    weights
        .into_iter()
        .map(|weight| {
            sum += weight;
            let end = (parcels as f64 * sum / total).round() as usize;
            let quota = end - done;
            done = end;
            quota
        })
        .collect()
}

fn reporting_unit(county: &County, dice: &mut Dice) -> &'static str {
    match county.zone_unit {
        Some(unit) if dice.chance(0.3) => unit,
        _ => county.code,
    }
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;

    use super::*;

    fn planned(parcels: usize) -> CityPlan {
        let as_of = NaiveDate::from_ymd_opt(2026, 6, 30).unwrap();
        plan(&SampleOptions { parcels, seed: 3, as_of }).unwrap()
    }

    #[test]
    fn a_million_parcels_are_drawn_smaller_and_none_is_lost() {
        let city = planned(1_000_000);
        assert!((0.15..0.5).contains(&city.scale), "scale {}", city.scale);
        assert_eq!(city.parks.iter().map(|park| park.quota).sum::<usize>(), 1_000_000);
        assert!(city.parks.iter().all(|park| park.quota <= PARK_MAX + PARK_MAX / 2));
    }

    #[test]
    fn thirty_thousand_parcels_need_no_smaller_scale() {
        let city = planned(30_000);
        assert_eq!(city.scale, 1.0);
        assert_eq!(city.parks.iter().map(|park| park.quota).sum::<usize>(), 30_000);
    }

    #[test]
    fn parks_of_a_county_keep_a_site_between_their_centres() {
        let city = planned(20_000);
        for (index, park) in city.parks.iter().enumerate() {
            for other in city.parks[index + 1..].iter().filter(|other| other.county == park.county) {
                let apart = (park.centre.x - other.centre.x).hypot(park.centre.y - other.centre.y);
                assert!(apart > SITE_SIDE * 0.999, "{apart} m");
            }
        }
    }
}
