//! From registers to facts: states for each parcel, approval and supply what is known of it, from what is on record and
//! what [`super::measuring`] found. Judges nothing. What is not on record stays missing with its reason.

use std::sync::Arc;

use chrono::NaiveDate;
use mujun_domain::code::{DivisionCode, IndustryCode, IndustryEdition};
use mujun_domain::fact::{Construction, Fact, FactName, FactValue, MissingReason, Source, Truth};
use mujun_domain::subject::{Subject, SubjectFacts, SubjectKind};

use super::measuring::{AreaBasis, FloorAreaBasis, MeasuredCity, ParcelMeasure};
use super::registers::Registers;
use crate::register::{ApprovalRecord, ConstructionState, ParcelRecord, SupplyRecord};
use crate::store::Stored;

fn division(code: &str) -> Option<DivisionCode> {
    DivisionCode::parse(code).ok()
}

fn industry(edition: Option<&str>, code: Option<&str>, source: &Arc<Source>, observed_on: Option<NaiveDate>) -> Fact {
    let parsed = edition
        .zip(code)
        .map(|(edition, code)| IndustryEdition::parse(edition).and_then(|edition| IndustryCode::parse(edition, code)));
    match parsed {
        None => Fact::missing(MissingReason::NotRecorded),
        Some(Err(_)) => Fact::missing(MissingReason::Unusable),
        Some(Ok(code)) => Fact::known(FactValue::Industry(code), source.clone(), observed_on),
    }
}

fn optional(value: Option<FactValue>, source: &Arc<Source>, observed_on: Option<NaiveDate>) -> Fact {
    match value {
        Some(value) => Fact::known(value, source.clone(), observed_on),
        None => Fact::missing(MissingReason::NotRecorded),
    }
}

/// The facts of parcel `position`.
pub fn parcel_facts(registers: &Registers, city: &MeasuredCity, position: usize) -> SubjectFacts {
    let version: &Stored<ParcelRecord> = &registers.parcels[position];
    let parcel = &version.record;
    let measure = &city.parcels[position];
    let source = Arc::new(registers.source("parcel", &parcel.parcel_code, version));
    let seen = version.record.observed_on;
    let subject =
        Subject { kind: SubjectKind::Parcel, division: division(&parcel.division_code), code: parcel.parcel_code.clone() };
    let noted = |note: String| (*source).clone().noted(note);
    let stated = |basis: &str| Fact::known(FactValue::m2(measure.site.m2), noted(basis.into()), seen);
    let site = match measure.site.basis {
        AreaBasis::Documentary => stated("证载面积"),
        AreaBasis::Ellipsoidal => stated("没有证载面积，用界线的椭球面积"),
        AreaBasis::Contradicted => Fact::missing(MissingReason::Unusable),
    };
    let mut facts = SubjectFacts::new(subject)
        .with(FactName::SiteArea, site)
        .with(FactName::Industry, industry(parcel.industry_edition.as_deref(), parcel.industry_code.as_deref(), &source, seen));

    let buildings = building_source(registers, measure);
    let footprint = match measure.footprint_m2 {
        Some(m2) => Fact::known(FactValue::m2(m2), buildings.clone(), seen),
        None => Fact::missing(MissingReason::NoGeometry),
    };
    facts.insert(FactName::FootprintArea, footprint);
    let floor = match (measure.counting_floor_area_m2, measure.floor_area_basis) {
        (Some(m2), Some(FloorAreaBasis::Stated)) => Fact::known(FactValue::m2(m2), noted("来源所载计容建筑面积".into()), seen),
        (Some(m2), _) => Fact::known(FactValue::m2(m2), buildings, seen),
        (None, _) => Fact::missing(MissingReason::NotRecorded),
    };
    facts.insert(FactName::CountingFloorArea, floor);

    let contract = measure.supplies.last().map(|position| &registers.supplies[*position]);
    match contract {
        Some(supply) => contract_facts(registers, supply, &mut facts),
        None => {
            for name in [FactName::ContractFarMin, FactName::ContractFarMax, FactName::ContractDensityMax, FactName::Operating] {
                facts.insert(name, Fact::missing(MissingReason::NotRecorded));
            }
        }
    }
    facts.insert(FactName::UpgradeApproved, upgrade_fact(registers, measure));
    for name in [FactName::GeneralPurposeFactory, FactName::ConformsToPlan] {
        facts.insert(name, Fact::missing(MissingReason::NotGathered));
    }
    facts
}

/// Whether an approved renovation covers the parcel: known from the project register, unknown while that is empty.
fn upgrade_fact(registers: &Registers, measure: &ParcelMeasure) -> Fact {
    match measure.upgrade {
        Some(position) => {
            let version = &registers.projects[position];
            let source = registers.source("project", &version.record.project_code, version).noted("方案已批准，且覆盖本宗地过半");
            Fact::known(FactValue::Flag(Truth::Yes), source, version.record.observed_on)
        }
        None if registers.projects.is_empty() => Fact::missing(MissingReason::NotGathered),
        None => {
            let source = Source::new("project", "").noted("改造项目登记簿中没有方案已批准且覆盖本宗地过半的项目");
            Fact::known(FactValue::Flag(Truth::No), source, None)
        }
    }
}

/// The terms of the contract that hold for the parcel: the one that comes last in the order of its key.
fn contract_facts(registers: &Registers, supply: &Stored<SupplyRecord>, facts: &mut SubjectFacts) {
    let record = &supply.record;
    let source = Arc::new(registers.source("supply", &record.supply_code, supply));
    let seen = supply.record.observed_on;
    facts.insert(FactName::ContractFarMin, optional(record.contract_far_min.map(FactValue::ratio), &source, seen));
    facts.insert(FactName::ContractFarMax, optional(record.contract_far_max.map(FactValue::ratio), &source, seen));
    facts.insert(FactName::ContractDensityMax, optional(record.contract_density_max.map(FactValue::share), &source, seen));
    let operating = record
        .construction_state
        .map(|state| FactValue::Flag(if state == ConstructionState::Finished { Truth::Yes } else { Truth::No }));
    facts.insert(FactName::Operating, optional(operating, &source, seen));
}

fn building_source(registers: &Registers, measure: &ParcelMeasure) -> Source {
    let codes: Vec<&str> =
        measure.overlay.parts.iter().map(|part| registers.buildings[part.building].record.building_code.as_str()).collect();
    let first = measure.overlay.parts.first().map(|part| &registers.buildings[part.building]);
    let shown = codes.iter().take(8).copied().collect::<Vec<_>>().join("、");
    let more = if codes.len() > 8 { format!("等 {} 栋", codes.len()) } else { String::new() };
    match first {
        Some(version) => registers
            .source("building", &version.record.building_code, version)
            .noted(format!("建筑图形与宗地相交计算：{shown}{more}")),
        None => Source::new("building", "").noted("建筑登记簿中没有与宗地相交的建筑，计为零"),
    }
}

/// The facts of supply `position`.
pub fn supply_facts(registers: &Registers, position: usize) -> SubjectFacts {
    let version = &registers.supplies[position];
    let record = &version.record;
    let source = Arc::new(registers.source("supply", &record.supply_code, version));
    let seen = version.record.observed_on;
    let construction = record.construction_state.map(|state| {
        FactValue::Construction(match state {
            ConstructionState::NotStarted => Construction::NotStarted,
            ConstructionState::Started => Construction::Started,
            ConstructionState::Finished => Construction::Finished,
        })
    });
    let subject =
        Subject { kind: SubjectKind::Supply, division: division(&record.division_code), code: record.supply_code.clone() };
    let site = match (record.documentary_area_m2, &record.ground) {
        (Some(m2), _) => Fact::known(FactValue::m2(m2), source.clone(), seen),
        (None, Some(ground)) => Fact::known(FactValue::m2(ground.ellipsoidal_area_m2), source.clone(), seen),
        (None, None) => Fact::missing(MissingReason::NotRecorded),
    };
    SubjectFacts::new(subject)
        .with(FactName::SiteArea, site)
        .with(FactName::AgreedStartOn, optional(record.agreed_start_on.map(FactValue::Date), &source, seen))
        .with(FactName::ActualStartOn, optional(record.actual_start_on.map(FactValue::Date), &source, seen))
        .with(FactName::Construction, optional(construction, &source, seen))
}

/// The facts of approval `position`.
pub fn approval_facts(registers: &Registers, city: &MeasuredCity, position: usize) -> SubjectFacts {
    let version: &Stored<ApprovalRecord> = &registers.approvals[position];
    let record = &version.record;
    let source = Arc::new(registers.source("approval", &record.approval_number, version));
    let seen = version.record.observed_on;
    let subject =
        Subject { kind: SubjectKind::Approval, division: division(&record.division_code), code: record.approval_number.clone() };
    let mut facts = SubjectFacts::new(subject)
        .with(FactName::ApprovedOn, optional(record.approved_on.map(FactValue::Date), &source, seen))
        .with(FactName::WithdrawnOn, optional(record.withdrawn_on.map(FactValue::Date), &source, seen))
        .with(FactName::ApprovedArea, optional(record.documentary_area_m2.map(FactValue::m2), &source, seen));
    let computed = [
        FactName::ApprovedGroundArea,
        FactName::SuppliedOverlapArea,
        FactName::DeductedArea,
        FactName::SliverArea,
        FactName::LeftoverArea,
    ];
    match &city.leftovers[position] {
        None => {
            for name in computed {
                facts.insert(name, Fact::missing(MissingReason::NoGeometry));
            }
        }
        Some(leftover) => {
            let overlaid = Arc::new((*source).clone().noted("批次图形与供地图形叠加计算（椭球面积）"));
            let values =
                [leftover.ground_m2, leftover.covered_m2, leftover.deducted_m2, leftover.sliver_m2, leftover.leftover_m2];
            for (name, value) in computed.into_iter().zip(values) {
                facts.insert(name, Fact::known(FactValue::m2(value), overlaid.clone(), seen));
            }
        }
    }
    facts
}
