//! One park: its grid of blocks and roads, filled outward from the middle until it holds the parcels asked of it.
//! Everything is drawn from the park's own stream, so parks can be made in any order and side by side.

use std::collections::HashMap;

use chrono::NaiveDate;

use super::block::{Block, Rect, divide};
use super::case::Cases;
use super::dice::Dice;
use super::enterprise::Economy;
use super::lot::{self, Made, Place, State};
use super::plan::{ParkPlan, SITE_SIDE};
use super::plane::Frame;
use super::row::Park;
use super::{approval, contract, deduction, layout, project, supply, zone};

/// Rows and columns of blocks to each side of the middle one: more than any park uses.
const REACH: i64 = 9;

/// A block of the park and what was decided for it.
pub(super) struct Plot {
    pub(super) block: Block,
    /// For each lot, the parcel made of it; none where the ground was never supplied.
    pub(super) made: Vec<Option<Made>>,
    /// Day of the approval that covers the block.
    pub(super) approved_on: Option<NaiveDate>,
}

/// Makes a park.
pub(super) fn build(plan: &ParkPlan, scale: f64, seed: u64, as_of: NaiveDate) -> Park {
    let mut dice = Dice::new(seed, plan.stream);
    let mut park = Park { division_code: plan.county, ..Park::default() };
    if plan.quota == 0 {
        return park;
    }
    let columns = bands(&mut dice, (210.0, 430.0));
    let rows = bands(&mut dice, (150.0, 300.0));
    let aspect = dice.between(0.8, 1.25);
    let mut cells: Vec<(i64, i64)> = (-REACH..=REACH).flat_map(|i| (-REACH..=REACH).map(move |j| (i, j))).collect();
    let distance = |&(i, j): &(i64, i64)| {
        let (u, v) = (columns[&i], rows[&j]);
        let reach = |band: (f64, f64)| band.0.abs().max(band.1.abs());
        (reach(u) * aspect).max(reach(v) / aspect)
    };
    cells.sort_by(|a, b| distance(a).total_cmp(&distance(b)).then(a.cmp(b)));

    let frame = Frame::new(plan, scale);
    let mut layout: Vec<(Rect, i64, i64, Fill)> = Vec::new();
    // Blocks are divided twice: first to count, with a copy of the stream for each, then to build once the park's size is known.
    let mut held = 0;
    for (i, j) in cells {
        if held >= plan.quota {
            break;
        }
        let (u, v) = (columns[&i], rows[&j]);
        let rect = Rect { u0: u.0, u1: u.1, v0: v.0, v1: v.1 };
        let lots = divide(i, j, rect, frame, &mut block_dice(seed, plan, i, j)).lots.len();
        let recent = dice.chance(0.13);
        let vacant = if held > 0 && dice.chance(0.05) {
            1.0
        } else if recent {
            0.35
        } else {
            0.04
        };
        let mut taken = Vec::with_capacity(lots);
        for _ in 0..lots {
            let take = held < plan.quota && !dice.chance(vacant);
            held += usize::from(take);
            taken.push(take);
        }
        layout.push((rect, i, j, Fill { taken, recent }));
    }
    let radius = layout.iter().map(|(rect, ..)| {
        let corner = |a: f64, b: f64| a.abs().max(b.abs());
        corner(rect.u0, rect.u1).max(corner(rect.v0, rect.v1)) + 80.0
    });
    // Turned by up to a fifth of a radian against its site, a square needs this much more.
    let needed = 2.0 * radius.fold(0.0, f64::max) * 1.18;
    let frame = frame.shrunk((SITE_SIDE / needed).min(1.0));

    layout.sort_by_key(|&(_, i, j, _)| (j, i));
    let mut plots: Vec<Plot> = Vec::new();
    let mut fills = Vec::new();
    for (rect, i, j, fill) in layout {
        let block = divide(i, j, rect, frame, &mut block_dice(seed, plan, i, j));
        fills.push(fill);
        plots.push(Plot { block, made: Vec::new(), approved_on: None });
    }
    let recent: Vec<bool> = fills.iter().map(|fill| fill.recent).collect();
    let approvals = approval::draft(&mut plots, &recent, as_of, &mut dice);

    let (mut serial, mut enterprise) = (plan.parcels_before, plan.parcels_before);
    for (number, (plot, fill)) in plots.iter_mut().zip(fills).enumerate() {
        let mut house = 0;
        for (lot, take) in plot.block.lots.iter().zip(fill.taken) {
            if !take {
                plot.made.push(None);
                continue;
            }
            serial += 1;
            house += dice.whole(1, 4);
            if enterprise == plan.parcels_before || !dice.chance(0.06) {
                enterprise = serial;
            }
            let place = Place {
                park: plan,
                frame,
                as_of,
                code: parcel_code(plan, number, serial - plan.parcels_before),
                location: format!(
                    "{}示例园区{:02}示例{}路{house}号",
                    plan.county_name,
                    plan.number + 1,
                    plot.block.row + REACH + 1
                ),
                approved_on: plot.approved_on,
                enterprise,
                serial,
            };
            plot.made.push(Some(lot::make(lot, place, &mut dice)));
        }
    }
    let covered: Vec<Vec<usize>> = approvals.iter().map(|draft| draft.plots().to_vec()).collect();
    park.approvals = approval::rows(&plots, approvals, plan, frame, as_of, &mut dice);
    park.zones = zone::rows(&plots, plan, frame, &mut dice);
    (park.projects, park.project_events) = project::rows(&plots, plan, as_of, &mut dice);
    let strays = supply::strays(&plots, plan, as_of, &mut dice);
    let mut cases = Cases::default();
    layout::lay_out(&mut plots, &mut beside(seed, plan, Beside::Layout), &mut cases);
    let mut stream = beside(seed, plan, Beside::Deductions);
    park.deductions = deduction::rows(&plots, &park.approvals, &covered, (plan, frame, as_of), &mut stream, &mut cases);
    let economy = Economy::of(&plots, plan, as_of, &mut beside(seed, plan, Beside::Economy), &mut cases);
    (park.enterprises, park.occupancies, park.enterprise_years) = (economy.enterprises, economy.occupancies, economy.years);
    project::approve(&mut park.projects, &park.project_events, &mut beside(seed, plan, Beside::Projects), &mut cases);
    for made in plots.into_iter().flat_map(|plot| plot.made).flatten() {
        park.parcels.push(made.parcel);
        park.buildings.extend(made.buildings);
        park.supplies.extend(made.supply);
    }
    park.supplies.extend(strays);
    let mut stream = beside(seed, plan, Beside::Contracts);
    park.supply_events = contract::befall(&mut park.supplies, plan, as_of, &mut stream, &mut cases);
    park.cases = cases.into_list();
    park
}

/// What is drawn beside the ground and its buildings, each from a stream of its own.
#[derive(Clone, Copy)]
enum Beside {
    Layout = 1000,
    Deductions,
    Economy,
    Projects,
    Contracts,
}

/// The stream of one of these: no block has a cell of so high a number.
fn beside(seed: u64, plan: &ParkPlan, what: Beside) -> Dice {
    Dice::new(seed, plan.stream | (what as u64) << 48)
}

/// Which lots of a block become parcels.
struct Fill {
    taken: Vec<bool>,
    recent: bool,
}

/// Bands of blocks with roads between: a main road after two or three blocks, local roads elsewhere.
fn bands(dice: &mut Dice, size: (f64, f64)) -> HashMap<i64, (f64, f64)> {
    let mut bands = HashMap::new();
    let middle = dice.between(size.0, size.1);
    bands.insert(0, (-middle / 2.0, middle / 2.0));
    for side in [1, -1] {
        let mut at = middle / 2.0;
        let mut to_main = dice.whole(1, 3);
        for number in 1..=REACH {
            to_main -= 1;
            let road = if to_main <= 0 { dice.between(24.0, 40.0) } else { dice.between(12.0, 16.0) };
            if to_main <= 0 {
                to_main = dice.whole(2, 3);
            }
            let from = at + road;
            at = from + dice.between(size.0, size.1);
            bands.insert(side * number, if side > 0 { (from, at) } else { (-at, -from) });
        }
    }
    bands
}

/// The stream of one block, the same each time it is divided.
fn block_dice(seed: u64, plan: &ParkPlan, i: i64, j: i64) -> Dice {
    let cell = ((i + REACH) * (2 * REACH + 1) + j + REACH + 1) as u64;
    Dice::new(seed, plan.stream | cell << 48)
}

/// 宗地代码: 县 6 + 地籍区 3 + 地籍子区 3 + GB + 顺序号 5.
pub(super) fn parcel_code(plan: &ParkPlan, block: usize, serial_in_park: usize) -> String {
    let area = plan.number % 999 + 1;
    let sub_area = plan.number / 999 * 400 + block + 1;
    format!("{}{area:03}{sub_area:03}GB{serial_in_park:05}", plan.county)
}

impl Plot {
    /// Parcels of the block in the order of its lots.
    pub(super) fn parcels(&self) -> impl Iterator<Item = (usize, &Made)> {
        self.made.iter().enumerate().filter_map(|(index, made)| Some((index, made.as_ref()?)))
    }
}

/// Whether something stands on the ground and works.
pub(super) fn operates(state: State) -> bool {
    matches!(state, State::Finished | State::Unrecorded)
}
