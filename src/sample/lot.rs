//! One lot becomes a parcel, with its contract and its buildings, in one of the states a parcel can be in on the day of the sample.

use chrono::{Datelike, Days, NaiveDate};
use geo::{MultiPolygon, Polygon};

use super::block::Lot;
use super::building::{self, Wanted};
use super::dice::{Dice, rounded};
use super::plan::ParkPlan;
use super::plane::{Frame, area, closed};
use super::row::{BuildProgress, BuildingRow, Construction, Layout, ParcelRow, PlanTerms, SupplyRow};
use super::trade;

/// Square metres of a 亩.
pub(super) const M2_PER_MU: f64 = 2000.0 / 3.0;

/// From this age of an approval on, what stands on its ground can be finished.
pub(super) const MATURE_DAYS: i64 = 1600;

/// The state of a parcel on the day of the sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// Built and in use.
    Finished,
    /// Under construction.
    Building,
    /// Not started, the agreed day has not come.
    Waiting,
    /// Not started, the agreed day passed less than one, one to two, more than two years ago.
    Overdue(u8),
    /// The register says nothing.
    Unrecorded,
}

/// Everything made from one lot.
pub(super) struct Made {
    pub(super) parcel: ParcelRow,
    pub(super) supply: Option<SupplyRow>,
    pub(super) buildings: Vec<BuildingRow>,
    pub(super) state: State,
    /// Number of the enterprise whose ground it is.
    pub(super) enterprise: usize,
}

/// Where a lot is and when its ground was approved.
pub(super) struct Place<'a> {
    pub(super) park: &'a ParkPlan,
    pub(super) frame: Frame,
    pub(super) as_of: NaiveDate,
    /// 宗地代码。
    pub(super) code: String,
    /// 坐落。
    pub(super) location: String,
    /// Day of the approval that covers the block.
    pub(super) approved_on: Option<NaiveDate>,
    /// Number of the enterprise, from 1.
    pub(super) enterprise: usize,
    /// Number of the parcel in the whole city, from 1.
    pub(super) serial: usize,
}

/// Makes a parcel of a lot.
pub(super) fn make(lot: &Lot, place: Place<'_>, dice: &mut Dice) -> Made {
    let ground = ground(lot);
    let measured_mu = area(&ground.0) / M2_PER_MU;
    let documentary_mu = match dice.between(0.0, 1.0) {
        draw if draw < 0.03 => None,
        draw if draw < 0.05 => Some(measured_mu * (1.0 + dice.between(0.03, 0.08) * if dice.chance(0.5) { 1.0 } else { -1.0 })),
        _ => Some(measured_mu * (1.0 + dice.between(-0.002, 0.002))),
    }
    .map(|mu| rounded(mu, 4));
    let industry = trade::industry(dice);
    // Ground without a contract is mostly older than the register of approvals.
    let contracted = dice.chance(if place.approved_on.is_some() { 0.985 } else { 0.84 });
    let state = if contracted { state(&place, dice) } else { State::Finished };
    let right_holder = format!("示例企业{:04}", place.enterprise);
    let terms = contracted.then(|| Terms::draw(state, &place, dice));
    let far_min = terms.as_ref().and_then(|terms| {
        let floor = trade::far_floor(industry, terms.signed_on.year(), dice);
        (!dice.chance(0.03)).then_some(floor)
    });
    let supply = terms.as_ref().map(|terms| {
        let mu = documentary_mu.unwrap_or(measured_mu);
        SupplyRow {
            code: format!("{}{:04}SL{:07}", place.park.county, terms.signed_on.year(), place.serial),
            parcel_code: place.code.clone(),
            project_name: format!("{right_holder}年产示例产品项目"),
            land_user: right_holder.clone(),
            location: place.location.clone(),
            mode: dice.weighted(&[("挂牌出让", 80.0), ("拍卖出让", 8.0), ("招标出让", 2.0), ("租赁", 4.0), ("先租后让", 6.0)]),
            industry,
            signed_on: terms.signed_on,
            delivered_on: Some(terms.delivered_on),
            agreed_start_on: Some(terms.agreed_start_on),
            agreed_finish_on: Some(terms.agreed_finish_on),
            construction: terms.construction,
            started_on: terms.started_on,
            finished_on: terms.finished_on,
            far_min,
            far_max: far_min.map(|floor| rounded(floor + dice.weighted(&[(0.5, 1.0), (1.0, 3.0), (1.5, 1.0)]), 1)),
            density_max_percent: (!dice.chance(0.05))
                .then(|| dice.weighted(&[(45.0, 1.0), (50.0, 2.0), (55.0, 3.0), (60.0, 5.0)])),
            price_wan_yuan: rounded(mu * trade::price_per_mu(terms.signed_on.year(), dice), 2),
            plan: PlanTerms::default(),
            progress: BuildProgress::default(),
            area_hectares: rounded(mu * M2_PER_MU / 10_000.0, 6),
            division_code: place.park.county,
            overrides: Vec::new(),
        }
    });
    let buildings = match (state, &terms) {
        (State::Finished | State::Unrecorded, terms) => {
            let completed_on = match terms {
                Some(terms) => terms.finished_on.or_else(|| dice.chance(0.7).then_some(terms.agreed_finish_on)),
                None => NaiveDate::from_yo_opt(dice.whole(1996, 2014) as i32, dice.whole(1, 365) as u32),
            };
            let wanted = Wanted {
                parcel_code: &place.code,
                plot_ratio: plot_ratio(far_min, dice),
                at_most: 4,
                completed_on: completed_on.filter(|&day| day <= place.as_of),
            };
            building::build(lot, &wanted, place.frame, dice)
        }
        (State::Building, _) if dice.chance(0.5) => {
            let plot_ratio = dice.between(0.25, 0.8);
            let wanted = Wanted { parcel_code: &place.code, plot_ratio, at_most: 1, completed_on: None };
            building::build(lot, &wanted, place.frame, dice)
        }
        _ => Vec::new(),
    };
    let parcel = ParcelRow {
        code: place.code,
        location: place.location,
        right_holder,
        industry,
        documentary_mu,
        reporting_unit: place.park.reporting_unit,
        mark: None,
        layout: Layout::default(),
        updated_on: place.as_of - Days::new(dice.whole(0, 400) as u64),
        ground: Some(ground),
    };
    Made { parcel, supply, buildings, state, enterprise: place.enterprise }
}

/// Draws a state that the age of the approval allows: nothing is finished on ground approved the day before yesterday.
fn state(place: &Place<'_>, dice: &mut Dice) -> State {
    let age = place.approved_on.map_or(i64::MAX, |day| (place.as_of - day).num_days());
    let choices: &[(State, i64, f64)] = if age >= MATURE_DAYS {
        &[
            (State::Finished, 0, 87.0),
            (State::Building, 0, 3.0),
            (State::Waiting, 0, 1.5),
            (State::Overdue(0), 0, 2.0),
            (State::Overdue(1), 0, 1.7),
            (State::Overdue(2), 0, 1.7),
            (State::Unrecorded, 0, 2.5),
        ]
    } else {
        &[
            (State::Building, 650, 45.0),
            (State::Waiting, 0, 22.0),
            (State::Overdue(0), 420, 12.0),
            (State::Overdue(1), 900, 9.0),
            (State::Overdue(2), 1200, 6.0),
        ]
    };
    let allowed: Vec<(State, f64)> =
        choices.iter().filter(|(_, least_age, _)| age >= *least_age).map(|&(state, _, weight)| (state, weight)).collect();
    dice.weighted(&allowed)
}

/// The ground of a lot as a surface.
pub(super) fn ground(lot: &Lot) -> MultiPolygon<f64> {
    let mut parts: Vec<Polygon<f64>> = lot.rings.iter().map(|ring| Polygon::new(closed(ring.clone()), Vec::new())).collect();
    if let (Some(hole), Some(first)) = (&lot.hole, parts.first_mut()) {
        first.interiors_push(closed(hole.clone()));
    }
    MultiPolygon(parts)
}

/// Most build what they promised or more; one in seven stays below.
fn plot_ratio(far_min: Option<f64>, dice: &mut Dice) -> f64 {
    let ratio = match far_min {
        Some(floor) if dice.chance(0.14) => floor * dice.between(0.3, 0.93),
        Some(floor) => floor * (1.05 + dice.between(0.0, 0.9).powi(2)),
        None => dice.between(0.3, 1.5),
    };
    ratio.clamp(0.2, 2.5)
}

/// Dates of a contract that fit the state it has led to.
struct Terms {
    signed_on: NaiveDate,
    delivered_on: NaiveDate,
    agreed_start_on: NaiveDate,
    agreed_finish_on: NaiveDate,
    construction: Construction,
    started_on: Option<NaiveDate>,
    finished_on: Option<NaiveDate>,
}

impl Terms {
    fn draw(state: State, place: &Place<'_>, dice: &mut Dice) -> Terms {
        let as_of = place.as_of;
        let back = |days: i64| as_of - Days::new(days.max(0) as u64);
        let on = |day: NaiveDate, days: i64| day + Days::new(days.max(0) as u64);
        let longest = place.approved_on.map_or(2000, |day| (as_of - day).num_days() - 150);
        let to_start = dice.whole(150, 420);
        let build = dice.whole(420, 900);
        let agreed_start_on = match state {
            State::Overdue(0) => back(dice.whole(5, 360)),
            State::Overdue(1) => back(dice.whole(370, 725)),
            State::Overdue(_) => back(dice.whole(735, longest.min(2000))),
            State::Waiting => on(as_of, dice.whole(3, 300)),
            State::Building => back(dice.whole(20, 600)),
            State::Finished | State::Unrecorded => {
                let earliest = place.approved_on.map_or_else(|| NaiveDate::from_yo_opt(2004, 60), |day| Some(on(day, 120)));
                let earliest = earliest.unwrap_or(as_of).min(back(1400));
                let span = (back(1400) - earliest).num_days();
                let usual = if place.approved_on.is_some() { span.min(1800) } else { span };
                on(earliest, to_start + dice.whole(0, usual))
            }
        };
        let signed_on = agreed_start_on - Days::new(to_start as u64);
        let signed_on = place.approved_on.filter(|&day| day < agreed_start_on).map_or(signed_on, |day| signed_on.max(day));
        let delivered_on = on(signed_on, dice.whole(10, 60)).min(agreed_start_on).min(as_of);
        let agreed_finish_on = on(agreed_start_on, build);
        let late = if dice.chance(0.25) { dice.whole(0, 240) } else { -dice.whole(0, 60) };
        let (construction, started_on, finished_on) = match state {
            State::Overdue(_) | State::Waiting => (Construction::NotStarted, None, None),
            State::Unrecorded => (Construction::Unrecorded, None, None),
            State::Building => (Construction::Started, Some(shifted(agreed_start_on, late).max(delivered_on).min(as_of)), None),
            State::Finished => {
                let started = shifted(agreed_start_on, late).max(delivered_on).min(back(200));
                let finished = on(started, build + dice.whole(-120, 150)).min(back(30));
                (Construction::Finished, Some(started), Some(finished))
            }
        };
        Terms {
            signed_on: signed_on.min(as_of),
            delivered_on,
            agreed_start_on,
            agreed_finish_on,
            construction,
            started_on,
            finished_on,
        }
    }
}

fn shifted(day: NaiveDate, days: i64) -> NaiveDate {
    if days >= 0 { day + Days::new(days as u64) } else { day - Days::new(days.unsigned_abs()) }
}
