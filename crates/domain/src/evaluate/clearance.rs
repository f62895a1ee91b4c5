//! The smallest single change that clears a finding, in closed form. One change at a time, everything else held: how to
//! combine changes is the planner's business. Amounts are rounded up to 0.01 m², so that the amount shown does clear it.

use crate::fact::FactName;
use crate::finding::Clearance;
use crate::measure::{Measure, number_of};
use crate::rulebook::Compare;
use crate::subject::SubjectFacts;
use crate::unit::Area;

const CENTS: f64 = 100.0;

/// The changes, each sufficient by itself; the one that a planner thinks of first comes first.
pub(super) fn smallest(measure: Measure, compare: Compare, limit: f64, facts: &SubjectFacts) -> Vec<Clearance> {
    let number = |name| facts.known(name).and_then(|fact| number_of(fact.value)).filter(|value| *value >= 0.0);
    let site = number(FactName::SiteArea).filter(|site| *site > 0.0);
    match (measure, compare) {
        (Measure::PlotRatio, Compare::AtLeast) => {
            let (Some(floor), Some(site)) = (number(FactName::CountingFloorArea), site) else { return Vec::new() };
            let add = cleared(limit * site - floor, |amount| (floor + amount) / site >= limit);
            let storeys = number(FactName::FootprintArea).filter(|footprint| *footprint > 0.0).and_then(|footprint| {
                storeys_for(add?, footprint).map(|storeys| Clearance::AddStoreys { storeys, footprint_m2: footprint })
            });
            let exclude = if floor > 0.0 && limit > 0.0 {
                cleared(site - floor / limit, |amount| amount < site && floor / (site - amount) >= limit)
            } else {
                None
            };
            add.map(Clearance::AddFloorArea).into_iter().chain(storeys).chain(exclude.map(Clearance::ExcludeLand)).collect()
        }
        (Measure::PlotRatio, Compare::AtMost | Compare::Below) => {
            at_most(compare, number(FactName::CountingFloorArea), site, limit, Clearance::DropFloorArea)
        }
        (Measure::BuildingDensity, Compare::AtMost | Compare::Below) => {
            at_most(compare, number(FactName::FootprintArea), site, limit, Clearance::DropFootprint)
        }
        (Measure::UnsuppliedArea, Compare::AtMost | Compare::Below) => number(FactName::LeftoverArea)
            .and_then(|leftover| cleared(leftover - limit, |amount| compare.is_kept(leftover - amount, limit)))
            .map(Clearance::SupplyLand)
            .into_iter()
            .collect(),
        (Measure::DaysPastAgreedStart, Compare::AtMost | Compare::Below) => vec![Clearance::StartConstruction],
        (Measure::BuildingDensity | Measure::UnsuppliedArea | Measure::DaysPastAgreedStart, Compare::AtLeast) => Vec::new(),
        (_, _) => change(measure, compare, limit, facts).into_iter().collect(),
    }
}

/// What a measure divides by what: the first is the one that a land user can change.
fn proportion(measure: Measure) -> Option<(FactName, FactName)> {
    use FactName as F;
    match measure {
        Measure::BuiltShare => Some((F::BuiltLandArea, F::SiteArea)),
        Measure::DevelopedShare => Some((F::DevelopedArea, F::DueArea)),
        Measure::InvestedShare => Some((F::InvestedAmount, F::TotalInvestment)),
        Measure::SiteCoverage => Some((F::StructuresArea, F::SiteArea)),
        Measure::OfficeLandShare => Some((F::OfficeLandArea, F::SiteArea)),
        Measure::OfficeFloorShare => Some((F::OfficeFloorArea, F::CountingFloorArea)),
        Measure::GreenShare => Some((F::GreenArea, F::SiteArea)),
        Measure::TaxPerMuOneYear => Some((F::TaxOneYear, F::OccupiedArea)),
        Measure::TaxPerMuThreeYears => Some((F::TaxThreeYears, F::OccupiedArea)),
        Measure::PlotRatio
        | Measure::BuildingDensity
        | Measure::UnsuppliedArea
        | Measure::DaysPastAgreedStart
        | Measure::OccupiedLand
        | Measure::GradeDYears => None,
    }
}

/// How much more, or less, of what can be changed keeps the limit while everything else stays.
fn change(measure: Measure, compare: Compare, limit: f64, facts: &SubjectFacts) -> Option<Clearance> {
    let number = |name| facts.known(name).and_then(|fact| number_of(fact.value));
    let (name, below) = proportion(measure)?;
    let others = match measure {
        Measure::SiteCoverage => number(FactName::FootprintArea)? + number(FactName::YardArea)?,
        _ => 0.0,
    };
    let above = number(name)?;
    let below = match measure {
        Measure::TaxPerMuOneYear | Measure::TaxPerMuThreeYears => Area::from_m2(number(below)?).mu(),
        _ => number(below)?,
    };
    let value = |changed: f64| (others + changed) / below;
    match compare {
        Compare::AtLeast => cleared(limit * below - others - above, |by| compare.is_kept(value(above + by), limit))
            .map(|by| Clearance::Raise { name, by }),
        Compare::AtMost | Compare::Below => {
            cleared(others + above - limit * below, |by| by <= above && compare.is_kept(value(above - by), limit))
                .map(|by| Clearance::Lower { name, by })
        }
    }
}

/// A share of the site that is too large: less above, or more below.
fn at_most(compare: Compare, above: Option<f64>, site: Option<f64>, limit: f64, less: fn(f64) -> Clearance) -> Vec<Clearance> {
    let (Some(above), Some(site)) = (above, site) else { return Vec::new() };
    let drop = cleared(above - limit * site, |amount| compare.is_kept((above - amount).max(0.0) / site, limit));
    let add =
        if limit > 0.0 { cleared(above / limit - site, |amount| compare.is_kept(above / (site + amount), limit)) } else { None };
    drop.map(less).into_iter().chain(add.map(Clearance::AddLand)).collect()
}

/// The amount rounded up to 0.01 m². The division that judges it rounds too, and may want one cent more.
fn cleared(exact: f64, clears: impl Fn(f64) -> bool) -> Option<f64> {
    // Binary noise in the tenth decimal must not cost a cent: 7500.000000000001 is 7500.00 if that clears.
    let cents = (exact * CENTS - 1e-6).ceil().max(0.0);
    (0..3).map(|more| (cents + f64::from(more)) / CENTS).find(|amount| clears(*amount))
}

/// Whole floors of that footprint that give at least that floor area; beyond any building there is no answer.
fn storeys_for(floor_area: f64, footprint: f64) -> Option<u32> {
    let storeys = (floor_area / footprint).ceil();
    if storeys >= 1.0 && storeys <= f64::from(u32::MAX) { Some(storeys as u32) } else { None }
}
