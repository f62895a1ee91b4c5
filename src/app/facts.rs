//! From registers to facts: states for each parcel, approval and supply what is known of it, from what is on record and
//! what [`super::measuring`] found. Judges nothing. What is not on record stays missing with its reason.

mod enterprise;
mod links;
mod supply;

use std::sync::Arc;

use chrono::NaiveDate;
use mujun_domain::code::{DivisionCode, IndustryCode, IndustryEdition};
use mujun_domain::fact::{Fact, FactName, FactValue, MissingReason, Source, Truth};
use mujun_domain::subject::{Subject, SubjectFacts, SubjectKind};

pub use self::links::Links;
pub use self::supply::supply_facts;
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

    match governing_contract(registers, measure, city.links.as_of) {
        Some(supply) => contract_facts(registers, supply, &mut facts),
        None => {
            for name in CONTRACT_FACTS {
                facts.insert(name, Fact::missing(MissingReason::NotRecorded));
            }
        }
    }
    surveyed_facts(parcel, &source, &mut facts);
    upgrade_facts(registers, measure, &mut facts);
    enterprise::enterprise_facts(registers, &city.links, position, measure.site.m2, &mut facts);
    facts
}

/// What a survey of the site states besides its buildings.
fn surveyed_facts(parcel: &ParcelRecord, source: &Arc<Source>, facts: &mut SubjectFacts) {
    let seen = parcel.observed_on;
    let areas = [
        (FactName::BuiltLandArea, parcel.stated_built_land_m2),
        (FactName::StructuresArea, parcel.stated_structures_m2),
        (FactName::YardArea, parcel.stated_yard_m2),
        (FactName::OfficeLandArea, parcel.stated_office_land_m2),
        (FactName::OfficeFloorArea, parcel.stated_office_floor_m2),
        (FactName::GreenArea, parcel.stated_green_m2),
    ];
    for (name, area) in areas {
        facts.insert(name, optional(area.map(FactValue::m2), source, seen));
    }
    let (truth, note) = match parcel.land_use_mark.as_deref() {
        Some(mark) if mark.eq_ignore_ascii_case(INNOVATIVE) => (Truth::Yes, format!("用途标注 {mark}")),
        Some(mark) => (Truth::No, format!("用途标注 {mark}")),
        None => (Truth::No, format!("用途没有 {INNOVATIVE} 标注")),
    };
    facts.insert(FactName::InnovativeIndustrial, Fact::known(FactValue::Flag(truth), (**source).clone().noted(note), seen));
}

/// 创新型产业用地的地方标注。
const INNOVATIVE: &str = "M0";

/// The facts that an approved renovation brings to the parcel that it covers.
fn upgrade_facts(registers: &Registers, measure: &ParcelMeasure, facts: &mut SubjectFacts) {
    facts.insert(FactName::UpgradeApproved, upgrade_fact(registers, measure));
    let Some(version) = measure.upgrade.map(|position| &registers.projects[position]) else {
        for name in [FactName::GeneralPurposeFactory, FactName::ConformsToPlan, FactName::ExceptionDocument] {
            facts.insert(name, Fact::missing(MissingReason::NotGathered));
        }
        return;
    };
    let project = &version.record;
    let source = Arc::new(registers.source("project", &project.project_code, version));
    let flag = |value: Option<bool>| {
        let truth = value.map(|yes| FactValue::Flag(if yes { Truth::Yes } else { Truth::No }));
        optional(truth, &source, project.observed_on)
    };
    facts.insert(FactName::GeneralPurposeFactory, flag(project.general_purpose_factory));
    facts.insert(FactName::ConformsToPlan, flag(project.conforms_to_plan));
    // A reason without a document, or a document without a reason, is no exception.
    let exception = project.exception_reason.as_deref().zip(project.exception_document.as_deref());
    let granted = exception.map(|(reason, document)| FactValue::Text(format!("{reason}（{document}）")));
    facts.insert(FactName::ExceptionDocument, optional(granted, &source, project.observed_on));
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

/// The facts that a parcel's contract gives.
const CONTRACT_FACTS: [FactName; 6] = [
    FactName::ContractFarMin,
    FactName::ContractFarMax,
    FactName::ContractDensityMax,
    FactName::PlanFarMin,
    FactName::PlanFarMax,
    FactName::Operating,
];

/// The contract whose terms hold for the parcel on the day: of those signed by then the last, undated ones first.
fn governing_contract<'a>(
    registers: &'a Registers,
    measure: &ParcelMeasure,
    as_of: NaiveDate,
) -> Option<&'a Stored<SupplyRecord>> {
    let contracts = measure.supplies.iter().map(|position| &registers.supplies[*position]);
    contracts
        .filter(|version| version.record.contract_signed_on.is_none_or(|signed| signed <= as_of))
        .max_by_key(|version| (version.record.contract_signed_on, version.record.supply_code.as_str()))
}

fn contract_facts(registers: &Registers, supply: &Stored<SupplyRecord>, facts: &mut SubjectFacts) {
    let record = &supply.record;
    let source = Arc::new(registers.source("supply", &record.supply_code, supply));
    let planned = match &record.plan_condition_document {
        Some(document) => Arc::new((*source).clone().noted(format!("规划条件 {document}"))),
        None => source.clone(),
    };
    let seen = record.observed_on;
    let ratio = |value: Option<f64>, source| optional(value.map(FactValue::ratio), source, seen);
    facts.insert(FactName::ContractFarMin, ratio(record.contract_far_min, &source));
    facts.insert(FactName::ContractFarMax, ratio(record.contract_far_max, &source));
    facts.insert(FactName::PlanFarMin, ratio(record.plan_far_min, &planned));
    facts.insert(FactName::PlanFarMax, ratio(record.plan_far_max, &planned));
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
