//! Buildings on a lot: halls, offices, dormitories; rectangles, L, U and courtyards along the block, behind a setback.
//! They are drawn for a wanted plot ratio; what comes out is near it, never exactly it.

use chrono::NaiveDate;
use geo::{MultiPolygon, Polygon};

use super::block::{Lot, Rect};
use super::dice::{Dice, rounded};
use super::plane::{Frame, Local, polygon};
use super::row::BuildingRow;

/// What is wanted on a lot.
pub(super) struct Wanted<'a> {
    pub(super) parcel_code: &'a str,
    /// Floor area ratio, storeys above 8 m counted twice.
    pub(super) plot_ratio: f64,
    /// Most buildings.
    pub(super) at_most: usize,
    pub(super) completed_on: Option<NaiveDate>,
}

/// Storeys and heights of a building.
#[derive(Clone, Copy)]
struct Profile {
    storeys: i64,
    storey_height: f64,
}

impl Profile {
    /// Floors that count for one square metre of footprint.
    fn floors(self) -> f64 {
        self.storeys as f64 * if self.storey_height > 8.0 { 2.0 } else { 1.0 }
    }
}

/// Builds on a lot.
pub(super) fn build(lot: &Lot, wanted: &Wanted<'_>, frame: Frame, dice: &mut Dice) -> Vec<BuildingRow> {
    let profile = profile(wanted.plot_ratio, dice);
    let density = (wanted.plot_ratio / profile.floors()).clamp(0.1, 0.7);
    let sites: Vec<Rect> = lot
        .cores
        .iter()
        .map(|core| core.inset((0.06 * core.width().min(core.height())).clamp(3.0, 11.0)))
        .filter(|site| site.width() > 12.0 && site.height() > 12.0)
        .collect();
    let room: f64 = sites.iter().map(|site| site.area()).sum();
    let mut rows = Vec::new();
    for site in sites {
        let share = site.area() / room;
        let most = (wanted.at_most as f64 * share).round().max(1.0) as usize;
        for (index, (outline, hole)) in place(site, density * lot.area * share, most, dice).into_iter().enumerate() {
            let number = rows.len() + 1;
            let own = if index > 1 && profile.storeys > 1 && dice.chance(0.3) {
                Profile { storeys: dice.whole(3, 6), storey_height: 3.6 }
            } else {
                profile
            };
            let (name, building_use) = match (own.storey_height, index) {
                (height, _) if height < 3.7 && index > 1 => ("综合楼", "办公"),
                _ if profile.storeys == 1 && profile.storey_height > 8.0 => ("厂房", "生产"),
                (_, 3) => ("仓库", "仓储"),
                _ => ("厂房", "生产"),
            };
            let known = !dice.chance(0.015);
            rows.push(BuildingRow {
                code: format!("{}F{number:04}0001", wanted.parcel_code),
                parcel_code: wanted.parcel_code.to_owned(),
                name: format!("{number}号{name}"),
                building_use,
                storeys: known.then_some(own.storeys),
                storey_height_m: Some(own.storey_height),
                height_m: Some(rounded(own.storeys as f64 * own.storey_height + dice.between(0.6, 1.5), 1)),
                completed_on: wanted.completed_on,
                ground: MultiPolygon(vec![outline_polygon(frame, &outline, hole.as_deref())]),
            });
        }
    }
    rows
}

fn outline_polygon(frame: Frame, outline: &[Local], hole: Option<&[Local]>) -> Polygon<f64> {
    polygon(frame.ring(outline), hole.map(|hole| frame.ring(hole)).into_iter().collect())
}

/// Storeys that bring the wanted plot ratio at a density one meets: tall single storeys, low single storeys, several storeys.
fn profile(plot_ratio: f64, dice: &mut Dice) -> Profile {
    let mut choices: Vec<(Profile, f64)> = Vec::new();
    let mut offer = |storeys: i64, storey_height: f64, weight: f64| {
        let profile = Profile { storeys, storey_height };
        let density = plot_ratio / profile.floors();
        let usual = match density {
            0.28..0.55 => 3.0,
            0.18..0.60 => 1.0,
            0.10..0.70 => 0.35,
            _ => return,
        };
        choices.push((profile, weight * usual));
    };
    offer(1, rounded(dice.between(8.1, 12.0), 1), 2.0);
    offer(1, rounded(dice.between(4.8, 8.0), 1), 1.5);
    offer(1, 8.0, 0.15);
    for storeys in 2..=6 {
        offer(storeys, rounded(dice.between(3.6, 6.0), 1), 1.4);
    }
    offer(2, rounded(dice.between(8.1, 9.0), 1), 0.3);
    match choices.as_slice() {
        [] if plot_ratio > 1.0 => Profile { storeys: 5, storey_height: 4.5 },
        [] => Profile { storeys: 1, storey_height: 6.0 },
        choices => dice.weighted(choices),
    }
}

type Outline = (Vec<Local>, Option<Vec<Local>>);

/// Places one to four buildings of `footprint` square metres together on a site.
fn place(site: Rect, footprint: f64, at_most: usize, dice: &mut Dice) -> Vec<Outline> {
    let fill = footprint / site.area();
    let by_size = if site.area() < 3500.0 { 2 } else { 4 };
    let mut count = dice.weighted(&[(1usize, 2.5), (2, 4.0), (3, 2.5), (4, 2.0)]).min(by_size).min(at_most);
    loop {
        let slots = slots(site, count, dice);
        let room: f64 = slots.iter().map(|slot| slot.area()).sum();
        let roomy = room * 0.97 >= footprint && slots.iter().all(|slot| slot.width() > 10.0 && slot.height() > 10.0);
        if roomy || count == 1 {
            let fill = (footprint / room).min(0.97);
            return slots.into_iter().map(|slot| one(slot, slot.area() * fill, dice)).collect();
        }
        count = if fill > 0.9 { 1 } else { count - 1 };
    }
}

/// Cuts a site into slots with fire lanes between.
fn slots(site: Rect, count: usize, dice: &mut Dice) -> Vec<Rect> {
    let lane = dice.between(9.0, 14.0).min(site.width().min(site.height()) * 0.2);
    let (width, height) = (site.width(), site.height());
    if count == 4 && width < height * 1.9 && height < width * 1.9 {
        let (u, v) = (site.u0 + width * dice.between(0.4, 0.6), site.v0 + height * dice.between(0.4, 0.6));
        let half = lane / 2.0;
        return vec![
            Rect { u1: u - half, v1: v - half, ..site },
            Rect { u0: u + half, v1: v - half, ..site },
            Rect { u1: u - half, v0: v + half, ..site },
            Rect { u0: u + half, v0: v + half, ..site },
        ];
    }
    let along_u = width > height;
    let length = if along_u { width } else { height } - lane * (count - 1) as f64;
    let weights: Vec<f64> = (0..count).map(|index| if index > 1 { 0.5 } else { 1.0 } * dice.between(0.7, 1.3)).collect();
    let total: f64 = weights.iter().sum();
    let mut at = if along_u { site.u0 } else { site.v0 };
    weights
        .into_iter()
        .map(|weight| {
            let end = at + length * weight / total;
            let slot = if along_u { Rect { u0: at, u1: end, ..site } } else { Rect { v0: at, v1: end, ..site } };
            at = end + lane;
            slot
        })
        .collect()
}

/// One building of `footprint` square metres in a slot; once in a while it reaches a little beyond the setback and over the line.
fn one(slot: Rect, footprint: f64, dice: &mut Dice) -> Outline {
    let fill = footprint / slot.area();
    let large = slot.width() > 46.0 && slot.height() > 46.0;
    let form = dice.between(0.0, 1.0);
    let (used, form) = match form {
        form if large && form < 0.16 && fill < 0.72 => (0.75, Form::Angle),
        form if large && form < 0.25 && fill < 0.76 => (0.79, Form::Court),
        form if large && form < 0.31 && fill < 0.72 => (0.75, Form::Horseshoe),
        _ => (1.0, Form::Box),
    };
    let ratio = (fill / used).min(1.0);
    let bend = dice.between(0.15, 0.85);
    let (width, height) = (slot.width() * ratio.powf(bend), slot.height() * ratio.powf(1.0 - bend));
    let at = |free: f64, dice: &mut Dice| free * if dice.chance(0.6) { 0.0 } else { dice.between(0.0, 1.0) };
    let (mut u, v) = (slot.u0 + at(slot.width() - width, dice), slot.v0 + at(slot.height() - height, dice));
    if dice.chance(0.012) {
        u = slot.u0 - 11.0 - dice.between(0.2, 0.8);
    }
    let (p, q) = (u + width, v + height);
    match form {
        Form::Box => (vec![(u, v), (p, v), (p, q), (u, q)], None),
        Form::Angle => {
            let (mu, mv) = (u + width * 0.5, v + height * 0.5);
            (vec![(u, v), (p, v), (p, mv), (mu, mv), (mu, q), (u, q)], None)
        }
        Form::Horseshoe => {
            let (a, b, m) = (u + width * 0.3, u + width * 0.7, v + height * 0.375);
            (vec![(u, v), (p, v), (p, q), (b, q), (b, m), (a, m), (a, q), (u, q)], None)
        }
        Form::Court => {
            let (a, b, c, d) = (u + width * 0.27, u + width * 0.73, v + height * 0.27, v + height * 0.73);
            (vec![(u, v), (p, v), (p, q), (u, q)], Some(vec![(a, c), (a, d), (b, d), (b, c)]))
        }
    }
}

/// Outline of a building.
#[derive(Clone, Copy)]
enum Form {
    Box,
    Angle,
    Horseshoe,
    Court,
}
