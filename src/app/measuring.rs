//! The city measured: buildings on parcels, supplies off approvals, renovations on parcels, under the parameters of one day.
//! States no facts: [`super::facts`] does, from what is measured here.

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;
use mujun_domain::rulebook::{ParameterName, Rulebook};
use mujun_geometry::overlay::{Overlayer, SliverTolerance};
use mujun_geometry::reproject::ReprojectionError;
use mujun_geometry::surface::Surface;
use rayon::prelude::*;

use super::facts::Links;
use super::registers::Registers;
use crate::city::ground::{GroundIndex, PlanarGround};
use crate::city::leftover::{Deductions, Leftover, Supplied, leftovers, outside_leftovers};
use crate::city::measure::{BuildingBody, CountingRules, SiteMeasure, measure_sites};
use crate::register::{ApprovalRecord, DeductionRecord, Ground, ParcelRecord, SupplyRecord};

/// Parameters of measuring that the rulebook does not hold on that day.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("规则库在 {as_of} 没有参数 {}", .missing.join("、"))]
pub struct CountingRulesMissing {
    /// Their names.
    pub missing: Vec<&'static str>,
    /// The day asked for.
    pub as_of: NaiveDate,
}

/// How floor area is counted, as the rulebook has it on `as_of`.
///
/// # Errors
/// The parameters that are not in force on that day.
pub fn counting_rules(rulebook: &Rulebook, as_of: NaiveDate) -> Result<CountingRules, CountingRulesMissing> {
    let [tall_storey_m, tall_storey_factor] =
        parameters(rulebook, as_of, [ParameterName::TallStoreyHeight, ParameterName::TallStoreyFactor])?;
    Ok(CountingRules { tall_storey_m, tall_storey_factor })
}

/// When a piece left over is only a sliver, as the rulebook has it on `as_of`.
///
/// # Errors
/// The parameters that are not in force on that day.
pub fn sliver_tolerance(rulebook: &Rulebook, as_of: NaiveDate) -> Result<SliverTolerance, CountingRulesMissing> {
    let [min_area_m2, min_width_m] = parameters(rulebook, as_of, [ParameterName::SliverMinArea, ParameterName::SliverMinWidth])?;
    Ok(SliverTolerance { min_area_m2, min_width_m })
}

pub(super) fn parameters<const N: usize>(
    rulebook: &Rulebook,
    as_of: NaiveDate,
    names: [ParameterName; N],
) -> Result<[f64; N], CountingRulesMissing> {
    let found = names.map(|name| rulebook.parameter(name, as_of).map(|used| used.value.value));
    let missing: Vec<&'static str> =
        names.iter().zip(&found).filter(|(_, value)| value.is_none()).map(|(name, _)| name.as_str()).collect();
    if missing.is_empty() { Ok(found.map(Option::unwrap_or_default)) } else { Err(CountingRulesMissing { missing, as_of }) }
}

/// Why the city could not be measured.
#[derive(Debug, thiserror::Error)]
pub enum MeasureError {
    /// The rulebook lacks a parameter.
    #[error("规则库缺少量算参数")]
    Parameters(#[from] CountingRulesMissing),
    /// A stored ground cannot be brought to the plane.
    #[error("登记簿中的图形无法换算到测量平面")]
    Project(#[from] ReprojectionError),
}

/// A parcel's site area and what it rests on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SiteArea {
    /// m²。
    pub m2: f64,
    /// 证载还是椭球。
    pub basis: AreaBasis,
}

/// Which of the three areas counts for statistics.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AreaBasis {
    /// 证载面积
    Documentary,
    /// 椭球面积：没有证载面积
    Ellipsoidal,
    /// 椭球面积：证载面积与图形矛盾，不据以下结论
    Contradicted,
}

impl AreaBasis {
    /// The word kept in `parcel_state.site_area_basis`.
    pub fn as_str(self) -> &'static str {
        match self {
            AreaBasis::Documentary => "documentary",
            AreaBasis::Ellipsoidal | AreaBasis::Contradicted => "ellipsoidal",
        }
    }
}

/// Statistics use the documentary area where there is one that the outline does not contradict, else the ellipsoidal one.
/// `disagreement_max` is the share of the ellipsoidal area by which a document may differ before one of the two must be wrong.
pub fn site_area(documentary_area_m2: Option<f64>, ellipsoidal_area_m2: f64, disagreement_max: f64) -> SiteArea {
    match documentary_area_m2 {
        Some(m2) if (m2 - ellipsoidal_area_m2).abs() > disagreement_max * ellipsoidal_area_m2 => {
            SiteArea { m2: ellipsoidal_area_m2, basis: AreaBasis::Contradicted }
        }
        Some(m2) => SiteArea { m2, basis: AreaBasis::Documentary },
        None => SiteArea { m2: ellipsoidal_area_m2, basis: AreaBasis::Ellipsoidal },
    }
}

/// Where a floor area comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FloorAreaBasis {
    /// 由建筑图形计算
    Computed,
    /// 来源所载
    Stated,
}

impl FloorAreaBasis {
    /// The word kept in `parcel_state.floor_area_basis`.
    pub fn as_str(self) -> &'static str {
        match self {
            FloorAreaBasis::Computed => "computed",
            FloorAreaBasis::Stated => "stated",
        }
    }
}

/// What stands on a parcel, as far as it is known.
#[derive(Clone, Debug)]
pub struct ParcelMeasure {
    /// 土地面积。
    pub site: SiteArea,
    /// 建筑基底面积，m²。
    pub footprint_m2: Option<f64>,
    /// 计容建筑面积，m²。
    pub counting_floor_area_m2: Option<f64>,
    /// 由来。
    pub floor_area_basis: Option<FloorAreaBasis>,
    /// 相交的建筑。
    pub overlay: SiteMeasure,
    /// 不在任何剩余图形之内的份额，0–1：其余部分已计入批而未供。
    pub share_outside_leftovers: f64,
    /// 涉及本宗地的供地合同，在 `Registers::supplies` 中的位置。
    pub supplies: Vec<usize>,
    /// 方案已批准、覆盖本宗地大部分的改造项目，在 `Registers::projects` 中的位置。
    pub upgrade: Option<usize>,
}

/// The city as measured under one rulebook on one day.
#[derive(Debug)]
pub struct MeasuredCity {
    /// 各宗地。
    pub parcels: Vec<ParcelMeasure>,
    /// 各批次的剩余；没有图形为 `None`。
    pub leftovers: Vec<Option<Leftover>>,
    /// 各供地合同所指宗地在 `Registers::parcels` 中的位置。
    pub supply_parcels: Vec<Option<usize>>,
    /// Which rows belong to which.
    pub links: Links,
}

/// Measures everything: buildings on parcels, supplies off approvals.
///
/// # Errors
/// A missing parameter or a ground that cannot be projected.
pub fn measure_city(registers: &Registers, rulebook: &Rulebook, as_of: NaiveDate) -> Result<MeasuredCity, MeasureError> {
    let rules = counting_rules(rulebook, as_of)?;
    let tolerance = sliver_tolerance(rulebook, as_of)?;
    let [disagreement_max] = parameters(rulebook, as_of, [ParameterName::AreaDisagreementMax])?;

    let parcels = GroundIndex::project(registers.parcels.iter().map(|version| &version.record.ground))?;
    let buildings = GroundIndex::project(registers.buildings.iter().map(|version| &version.record.ground))?;
    let bodies: Vec<BuildingBody> = registers
        .buildings
        .iter()
        .map(|version| BuildingBody {
            storeys_above: version.record.storeys_above,
            storey_height_m: version.record.storey_height_m,
            stated_floor_area_m2: version.record.stated_floor_area_m2,
        })
        .collect();
    let sites = measure_sites(&parcels, &buildings, &bodies, rules);

    let supply_parcels = link_supplies(registers);
    let leftovers = measure_leftovers(registers, &parcels, &supply_parcels, &tolerance, as_of)?;
    let left: Vec<PlanarGround> = registers
        .approvals
        .iter()
        .zip(&leftovers)
        .filter(|(version, _)| !is_withdrawn(&version.record, as_of))
        .filter_map(|(_, leftover)| {
            let leftover = leftover.as_ref()?;
            let surface: Surface = leftover.surface.clone()?;
            let planar_m2 = mujun_geometry::area::planar_area(&surface);
            Some(PlanarGround { surface, planar_m2, ellipsoidal_m2: leftover.leftover_m2 })
        })
        .collect();
    let outside = outside_leftovers(&parcels, &left);
    let upgrades = link_upgrades(registers, &parcels, as_of)?;

    let mut supplies_of: Vec<Vec<usize>> = vec![Vec::new(); registers.parcels.len()];
    for (supply, parcel) in supply_parcels.iter().enumerate() {
        if let Some(parcel) = parcel {
            supplies_of[*parcel].push(supply);
        }
    }
    let no_buildings = registers.buildings.is_empty();
    let measures = registers
        .parcels
        .iter()
        .zip(sites)
        .zip(supplies_of)
        .zip(outside)
        .zip(upgrades)
        .map(|((((version, overlay), supplies), outside_m2), upgrade)| {
            let cover = if no_buildings { BuildingCover::None } else { BuildingCover::Some };
            ParcelMeasure { supplies, upgrade, ..parcel_measure(&version.record, overlay, outside_m2, cover, disagreement_max) }
        })
        .collect();
    Ok(MeasuredCity { parcels: measures, leftovers, supply_parcels, links: Links::of(registers, as_of) })
}

/// Whether any building is on record at all: a parcel without one is empty ground only in a city that has been surveyed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum BuildingCover {
    None,
    Some,
}

fn parcel_measure(
    parcel: &ParcelRecord,
    overlay: SiteMeasure,
    outside_m2: f64,
    cover: BuildingCover,
    disagreement_max: f64,
) -> ParcelMeasure {
    let site = site_area(parcel.documentary_area_m2, parcel.ground.ellipsoidal_area_m2, disagreement_max);
    let computed = if cover == BuildingCover::Some { overlay.counting_floor_area_m2() } else { None };
    let (counting_floor_area_m2, floor_area_basis) = match (computed, parcel.stated_counting_floor_area_m2) {
        (Some(m2), None) => (Some(m2), Some(FloorAreaBasis::Computed)),
        // A floor area by permit or assessment is what the law asks for; ours is the substitute.
        (_, Some(m2)) => (Some(m2), Some(FloorAreaBasis::Stated)),
        (None, None) => (None, None),
    };
    let footprint_m2 = if cover == BuildingCover::Some { Some(overlay.footprint_m2) } else { parcel.stated_footprint_m2 };
    let share_outside_leftovers = (outside_m2 / parcel.ground.ellipsoidal_area_m2).clamp(0.0, 1.0);
    ParcelMeasure {
        site,
        footprint_m2,
        counting_floor_area_m2,
        floor_area_basis,
        overlay,
        share_outside_leftovers,
        supplies: Vec::new(),
        upgrade: None,
    }
}

/// For each parcel the renovation project, approved by `as_of`, that covers more than half of it; of several the first by key.
fn link_upgrades(
    registers: &Registers,
    parcels: &GroundIndex,
    as_of: NaiveDate,
) -> Result<Vec<Option<usize>>, ReprojectionError> {
    let approved: HashSet<(&str, &str)> = registers
        .events
        .iter()
        .map(|version| &version.record)
        .filter(|event| event.event_kind == PLAN_APPROVED && event.happened_on <= as_of)
        .map(|event| (event.division_code.as_str(), event.project_code.as_str()))
        .collect();
    let drawn: Vec<(usize, &Ground)> = registers
        .projects
        .iter()
        .enumerate()
        .filter(|(_, version)| approved.contains(&(version.record.division_code.as_str(), version.record.project_code.as_str())))
        .filter_map(|(position, version)| Some((position, version.record.ground.as_ref()?)))
        .collect();
    let projects = GroundIndex::project(drawn.iter().map(|(_, ground)| *ground))?;
    Ok((0..parcels.len())
        .into_par_iter()
        .map_init(
            || (Overlayer::default(), Vec::new()),
            |(overlayer, near), position| {
                let parcel = parcels.outline(position);
                projects.near(parcel.bounds(), near);
                if near.is_empty() {
                    return None;
                }
                overlayer.lay(parcel);
                let covering =
                    near.iter().find(|project| overlayer.area_in_common(projects.outline(**project)) * 2.0 > parcel.area());
                covering.map(|project| drawn[*project].0)
            },
        )
        .collect())
}

/// 方案批准：the project step that makes an upgrade an approved one.
const PLAN_APPROVED: &str = "plan_approved";

fn link_supplies(registers: &Registers) -> Vec<Option<usize>> {
    let by_key: HashMap<(&str, &str), usize> = registers
        .parcels
        .iter()
        .enumerate()
        .map(|(position, version)| ((version.record.division_code.as_str(), version.record.parcel_code.as_str()), position))
        .collect();
    registers
        .supplies
        .iter()
        .map(|version| {
            let code = version.record.parcel_code.as_deref()?;
            by_key.get(&(version.record.division_code.as_str(), code)).copied()
        })
        .collect()
}

fn measure_leftovers(
    registers: &Registers,
    parcels: &GroundIndex,
    supply_parcels: &[Option<usize>],
    tolerance: &SliverTolerance,
    as_of: NaiveDate,
) -> Result<Vec<Option<Leftover>>, ReprojectionError> {
    let drawn: Vec<usize> = (0..registers.approvals.len()).filter(|i| registers.approvals[*i].record.ground.is_some()).collect();
    let grounds: Vec<&Ground> = drawn.iter().filter_map(|i| registers.approvals[*i].record.ground.as_ref()).collect();
    let approvals = GroundIndex::project(grounds.into_iter())?;

    // Supplied ground: the contract's own outline, else the parcel it names. A contract signed after `as_of` has not been made yet.
    let signed = |record: &SupplyRecord| record.contract_signed_on.is_none_or(|signed| signed <= as_of);
    let made =
        || registers.supplies.iter().map(|version| &version.record).zip(supply_parcels).filter(|(record, _)| signed(record));
    let drawn_supplies = GroundIndex::project(made().filter_map(|(record, _)| record.ground.as_ref()))?;
    let named = made().filter(|(record, _)| record.ground.is_none()).filter_map(|(_, parcel)| *parcel);
    let supplied = Supplied::new(parcels, named, &drawn_supplies);
    let deductions = deductions(registers, &drawn, as_of)?;
    // Ground left over by two approvals counts for the older one; an undated one comes late, and one that was withdrawn last:
    // it is counted nowhere, and must not take the ground from the approval that replaced it.
    let order: Vec<usize> = rank_by(&drawn, |i| {
        let record = &registers.approvals[i].record;
        (is_withdrawn(record, as_of), record.approved_on.is_none(), record.approved_on, record.approval_number.clone())
    });
    let found = leftovers(&approvals, &order, &supplied, &deductions, tolerance);
    let mut all: Vec<Option<Leftover>> = vec![None; registers.approvals.len()];
    for (position, leftover) in drawn.into_iter().zip(found) {
        all[position] = Some(leftover);
    }
    Ok(all)
}

/// What was deducted by `as_of`: like a contract without a day of signing, a deduction without a day of decision counts.
/// One that names an approval is deducted from that one only (`drawn` are the approvals that have an outline).
fn deductions(registers: &Registers, drawn: &[usize], as_of: NaiveDate) -> Result<Deductions, ReprojectionError> {
    let decided = |record: &&DeductionRecord| record.decided_on.is_none_or(|decided| decided <= as_of);
    let counted: Vec<&DeductionRecord> = registers.deductions.iter().map(|version| &version.record).filter(decided).collect();
    let only_from = counted.iter().map(|record| {
        let named = record.approval_number.as_deref()?;
        let is_named = |approval: &usize| registers.approvals[*approval].record.approval_number == named;
        Some(drawn.iter().enumerate().filter(|(_, approval)| is_named(approval)).map(|(position, _)| position).collect())
    });
    let only_from = only_from.collect();
    Ok(Deductions { grounds: GroundIndex::project(counted.iter().map(|record| &record.ground))?, only_from })
}

fn is_withdrawn(approval: &ApprovalRecord, as_of: NaiveDate) -> bool {
    approval.withdrawn_on.is_some_and(|day| day <= as_of)
}

fn rank_by<K: Ord>(positions: &[usize], key: impl Fn(usize) -> K) -> Vec<usize> {
    let mut sorted: Vec<usize> = (0..positions.len()).collect();
    sorted.sort_by_key(|i| key(positions[*i]));
    let mut rank = vec![0; positions.len()];
    for (place, i) in sorted.into_iter().enumerate() {
        rank[i] = place;
    }
    rank
}
