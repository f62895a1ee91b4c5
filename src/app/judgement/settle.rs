//! Each flagged square metre counted once: what the findings on a parcel and on its contracts say together. All that is looked at of a
//! finding is two bytes, so that a whole city is settled before any of its evidence is written out.

use mujun_domain::finding::{Finding, OutcomeCode};
use mujun_domain::kind::Kind;
use mujun_domain::rulebook::Force;

use super::Findings;
use crate::app::measuring::MeasuredCity;
use crate::app::registers::Registers;

/// What matters of a finding for the parcel that it concerns.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mark {
    flag: Option<Kind>,
    is_open: bool,
}

impl Mark {
    fn of(finding: &Finding) -> Mark {
        // What only compares with a benchmark is nobody's task while it is not known.
        let is_open = finding.force != Force::Benchmark && OutcomeCode::of(&finding.outcome) == OutcomeCode::Undetermined;
        Mark { flag: if finding.is_flagged() { finding.flag } else { None }, is_open }
    }
}

/// The marks of the findings of one subject, in the order of their rules.
pub(super) fn marks(findings: &Findings) -> Box<[Mark]> {
    findings.values().map(Mark::of).collect()
}

/// The finding that bears the area of its subject, by its place among the findings of the subject, and that area, m².
#[derive(Clone, Copy, Debug)]
pub(super) struct Bearer {
    place: usize,
    area_m2: f64,
}

/// The area that a finding bears, m²; none where it flags nothing.
pub(super) fn borne(finding: &Finding, place: usize, bearer: Option<Bearer>) -> Option<f64> {
    let of_bearer = bearer.filter(|bearer| bearer.place == place).map_or(0.0, |bearer| bearer.area_m2);
    finding.is_flagged().then_some(of_bearer)
}

/// What is said of one parcel.
#[derive(Clone, Debug)]
pub(super) struct Settlement {
    pub kinds: Vec<Kind>,
    pub counted_kind: Option<Kind>,
    pub flagged_area_m2: f64,
    pub undetermined_count: usize,
}

/// What is said of all parcels, and who bears it.
#[derive(Debug)]
pub(super) struct Settled {
    pub parcels: Vec<Settlement>,
    pub of_parcels: Vec<Option<Bearer>>,
    pub of_supplies: Vec<Option<Bearer>>,
}

/// Of a parcel's kinds only the first in the order of counting takes its area; a contract whose parcel is not known bears its own.
pub(super) fn settle(registers: &Registers, city: &MeasuredCity, parcels: &[Box<[Mark]>], supplies: &[Box<[Mark]>]) -> Settled {
    let flagged_first = |marks: &[Mark]| marks.iter().position(|mark| mark.flag.is_some());
    let alone = registers.supplies.iter().zip(&city.supply_parcels).zip(supplies).map(|((version, parcel), marks)| {
        let record = &version.record;
        let own = || record.ground.as_ref().map(|ground| ground.ellipsoidal_area_m2);
        let area_m2 = record.documentary_area_m2.or_else(own).unwrap_or(0.0);
        let place = if parcel.is_none() { flagged_first(marks) } else { None };
        place.map(|place| Bearer { place, area_m2 })
    });
    let mut of_supplies: Vec<Option<Bearer>> = alone.collect();
    let mut of_parcels = vec![None; parcels.len()];
    let mut settlements = Vec::with_capacity(parcels.len());
    for (position, (measure, own)) in city.parcels.iter().zip(parcels).enumerate() {
        // Its own findings come before those of its contracts.
        let of_contracts = measure.supplies.iter().flat_map(|supply| supplies[*supply].iter());
        let all = || own.iter().chain(of_contracts.clone());
        let mut kinds: Vec<Kind> = all().filter_map(|mark| mark.flag).collect();
        kinds.sort_unstable();
        kinds.dedup();
        let counted_kind = kinds.first().copied();
        let undetermined_count = all().filter(|mark| mark.is_open).count();
        let mut flagged_area_m2 = 0.0;
        if let Some(counted) = counted_kind {
            flagged_area_m2 = measure.site.m2 * measure.share_outside_leftovers;
            let bears = |marks: &[Mark]| {
                let place = marks.iter().position(|mark| mark.flag == Some(counted));
                place.map(|place| Bearer { place, area_m2: flagged_area_m2 })
            };
            of_parcels[position] = bears(own);
            if of_parcels[position].is_none()
                && let Some((supply, bearer)) =
                    measure.supplies.iter().find_map(|supply| Some((*supply, bears(&supplies[*supply])?)))
            {
                of_supplies[supply] = Some(bearer);
            }
        }
        settlements.push(Settlement { kinds, counted_kind, flagged_area_m2, undetermined_count });
    }
    Settled { parcels: settlements, of_parcels, of_supplies }
}
