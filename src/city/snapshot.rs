//! The whole city of one revision in memory, in the survey plane: what is measured at once, and patched when one building changes.
//! Knows no law: how floor area counts and how wide a sliver is are arguments.

use mujun_geometry::area::planar_area;
use mujun_geometry::overlay::SliverTolerance;
use mujun_geometry::reproject::ReprojectionError;

use super::ground::{GroundIndex, PLANE, PlanarGround};
use super::leftover::{Deductions, Leftover, Supplied, leftovers, outside_leftovers};
use super::measure::{BuildingBody, CountingRules, SiteMeasure, measure_sites};
use crate::register::columns::{
    ApprovalColumns, BuildingColumns, ByCode, CityColumns, DeductionColumns, GroundColumn, NO_DAY, ParcelColumns, SupplyColumns,
};

/// No position.
const NONE: u32 = u32::MAX;

/// The city of one revision.
#[derive(Debug)]
pub struct CitySnapshot {
    /// 登记簿修订号。
    pub revision: i64,
    /// 宗地的属性。
    pub parcels: ParcelColumns,
    /// 宗地的图形。
    pub parcel_grounds: GroundIndex,
    /// 建筑物的属性。
    pub buildings: BuildingColumns,
    /// 建筑物的基底。
    pub building_grounds: GroundIndex,
    /// 建筑物的层数与层高。
    pub bodies: Vec<BuildingBody>,
    /// 批次的属性。
    pub approvals: ApprovalColumns,
    /// 批次的图形。
    pub approval_grounds: GroundIndex,
    /// 供地合同的属性。
    pub supplies: SupplyColumns,
    /// 各供地合同所指宗地的位置。
    supply_parcels: Vec<u32>,
    /// 各宗地所依的合同。
    contracts: Vec<u32>,
    /// 供地合同自己的图形。
    pub drawn_supplies: GroundIndex,
    /// 核减的属性。
    pub deductions: DeductionColumns,
    /// 核减的图形。
    pub deduction_grounds: GroundIndex,
}

/// The city as measured.
#[derive(Debug)]
pub struct CityMeasure {
    /// 各宗地上的建筑。
    pub sites: Vec<SiteMeasure>,
    /// 各批次的剩余。
    pub leftovers: Vec<Leftover>,
    /// 各宗地不在任何剩余图形之内的椭球面积，m²。
    pub outside_m2: Vec<f64>,
}

impl CitySnapshot {
    /// Projects and indexes what was read.
    ///
    /// # Errors
    /// A vertex that cannot be brought to the plane.
    pub fn new(columns: CityColumns) -> Result<CitySnapshot, ReprojectionError> {
        let CityColumns { mut parcels, mut buildings, mut approvals, supplies, drawn_supplies, mut deductions, revision } =
            columns;
        let (parcel_ground, building_ground) = (std::mem::take(&mut parcels.ground), std::mem::take(&mut buildings.ground));
        // Linking has one thread only, so the projections go beside it.
        let ((supply_parcels, contracts), (parcel_grounds, building_grounds)) =
            rayon::join(|| link(&parcels, &supplies), || (planar(parcel_ground), planar(building_ground)));
        let (parcel_grounds, building_grounds) = (parcel_grounds?, building_grounds?);
        let approval_grounds = planar(std::mem::take(&mut approvals.ground))?;
        let number = |value: f64| if value.is_nan() { None } else { Some(value) };
        let bodies = (0..building_grounds.len())
            .map(|at| BuildingBody {
                storeys_above: Some(buildings.storeys_above[at]).filter(|storeys| *storeys > 0),
                storey_height_m: number(buildings.storey_height_m[at]),
                stated_floor_area_m2: number(buildings.stated_floor_area_m2[at]),
            })
            .collect();
        Ok(CitySnapshot {
            revision,
            parcels,
            parcel_grounds,
            buildings,
            building_grounds,
            bodies,
            approvals,
            approval_grounds,
            supply_parcels,
            contracts,
            supplies,
            drawn_supplies: planar(drawn_supplies)?,
            deduction_grounds: planar(std::mem::take(&mut deductions.ground))?,
            deductions,
        })
    }

    /// Measures everything as of a day, counted as in [`crate::register::columns`].
    pub fn measure(&self, rules: CountingRules, tolerance: &SliverTolerance, day: i32) -> CityMeasure {
        let sites = measure_sites(&self.parcel_grounds, &self.building_grounds, &self.bodies, rules);
        let supplied = self.supplied(day);
        let leftovers =
            leftovers(&self.approval_grounds, &self.ranks(day), &supplied.cover(self), &self.deducted(day), tolerance);
        let left: Vec<PlanarGround> = leftovers
            .iter()
            .enumerate()
            .filter(|(approval, _)| !self.is_withdrawn(*approval, day))
            .filter_map(|(_, leftover)| {
                let surface = leftover.surface.clone()?;
                Some(PlanarGround { planar_m2: planar_area(&surface), surface, ellipsoidal_m2: leftover.leftover_m2 })
            })
            .collect();
        let outside_m2 = outside_leftovers(&self.parcel_grounds, &left);
        CityMeasure { sites, leftovers, outside_m2 }
    }

    /// The contract whose terms hold for a parcel: of those that name it the one whose code comes last.
    pub fn contract_of(&self, parcel: usize) -> Option<usize> {
        let contract = self.contracts[parcel];
        (contract != NONE).then_some(contract as usize)
    }

    fn is_withdrawn(&self, approval: usize, day: i32) -> bool {
        let withdrawn = self.approvals.withdrawn_on[approval];
        withdrawn != NO_DAY && withdrawn <= day
    }

    /// Ground left over by two approvals counts for the older one; an undated one comes late, one that was withdrawn last.
    fn ranks(&self, day: i32) -> Vec<usize> {
        let approvals = &self.approvals;
        let mut sorted: Vec<usize> = (0..self.approval_grounds.len()).collect();
        sorted.sort_by_key(|at| {
            let approved = approvals.approved_on[*at];
            (self.is_withdrawn(*at, day), approved == NO_DAY, approved, approvals.approval_number.get(*at))
        });
        let mut ranks = vec![0; sorted.len()];
        for (rank, at) in sorted.into_iter().enumerate() {
            ranks[at] = rank;
        }
        ranks
    }

    fn deducted(&self, day: i32) -> Deductions {
        let all = &self.deductions;
        let counted: Vec<usize> = (0..all.decided_on.len()).filter(|at| all.decided_on[*at] <= day).collect();
        let only_from = counted.iter().map(|at| {
            let named = all.approval_number.get(*at);
            let is_named = |approval: &usize| self.approvals.approval_number.get(*approval) == named;
            (!named.is_empty()).then(|| (0..self.approval_grounds.len()).filter(is_named).collect())
        });
        let only_from = only_from.collect();
        Deductions { grounds: self.deduction_grounds.select(&counted), only_from }
    }

    /// Contracts made by that day: the parcels that those without an outline name, and the outlines of the others.
    fn supplied(&self, day: i32) -> SuppliedOn {
        let terms = &self.supplies;
        let made = || (0..terms.drawn.len()).filter(|at| terms.contract_signed_on[*at] <= day);
        let drawn: Vec<usize> = made().filter_map(|at| terms.drawn[at]).collect();
        let named = made().filter(|at| terms.drawn[*at].is_none()).map(|at| self.supply_parcels[at]);
        let named = named.filter(|parcel| *parcel != NONE).map(|parcel| parcel as usize).collect();
        SuppliedOn { named, drawn: self.drawn_supplies.select(&drawn) }
    }
}

/// What was supplied by a day.
struct SuppliedOn {
    named: Vec<usize>,
    drawn: GroundIndex,
}

impl SuppliedOn {
    fn cover<'a>(&'a self, city: &'a CitySnapshot) -> Supplied<'a> {
        Supplied::new(&city.parcel_grounds, self.named.iter().copied(), &self.drawn)
    }
}

fn planar(column: GroundColumn) -> Result<GroundIndex, ReprojectionError> {
    Ok(GroundIndex::of(column.outlines.project(PLANE)?, column.ellipsoidal_m2))
}

/// The parcel that each contract names, by division and code, and the contract that holds for each parcel.
fn link(parcels: &ParcelColumns, supplies: &SupplyColumns) -> (Vec<u32>, Vec<u32>) {
    let count = u32::try_from(parcels.parcel_code.len()).unwrap_or(NONE);
    let key = |at: u32| (parcels.division_code.get(at as usize), parcels.parcel_code.get(at as usize));
    let by_key: ByCode<(&[u8], &[u8]), u32> = (0..count).map(|at| (key(at), at)).collect();
    let mut contracts = vec![NONE; parcels.parcel_code.len()];
    let mut named = Vec::with_capacity(supplies.parcel_code.len());
    for (supply, at) in (0_u32..).zip(0..supplies.parcel_code.len()) {
        let parcel = by_key.get(&(supplies.division_code.get(at), supplies.parcel_code.get(at))).copied().unwrap_or(NONE);
        named.push(parcel);
        if parcel != NONE {
            let holds = &mut contracts[parcel as usize];
            let later = *holds == NONE || supplies.supply_code.get(*holds as usize) < supplies.supply_code.get(at);
            *holds = if later { supply } else { *holds };
        }
    }
    (named, contracts)
}
