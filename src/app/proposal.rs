//! 改造方案校核。Reads a proposal (land, footprints, storeys, industry, flags), measures it and judges it by the rulebook.
//! The same kernel and the same rules as the city's run; nothing is stored, and the browser's numbers are never taken.

mod parse;

use std::collections::BTreeMap;

use chrono::NaiveDate;
use mujun_domain::evaluate::evaluate;
use mujun_domain::fact::{Fact, FactName, FactValue, MissingReason, Source, Truth};
use mujun_domain::finding::{Evaluation, OutcomeCode};
use mujun_domain::rulebook::{Force, Rulebook};
use mujun_domain::subject::{Subject, SubjectFacts, SubjectKind};
use mujun_geometry::overlay;
use serde::Serialize;

use super::measuring::{CountingRulesMissing, counting_rules};
use crate::city::ground::{GroundIndex, PlanarGround};
use crate::city::measure::{FloorArea, SiteMeasure, measure_site};

pub use parse::{Proposal, ProposalBuilding, parse};

/// One thing wrong with a proposal, or worth knowing about it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ProposalFault {
    /// 稳定代码，如 `PRO-003`。
    pub code: &'static str,
    /// 说明：哪里、发现什么、应为什么。
    pub message: String,
    /// 处理办法。
    pub remedy: String,
    /// 位置，EPSG:4490，经度在前。
    pub place: Option<(f64, f64)>,
}

/// What a check found: figures, verdict and every clause with its evidence.
#[derive(Clone, Debug)]
pub struct ProposalCheck {
    /// 方案名称。
    pub name: String,
    /// 量算结果。
    pub measures: ProposalMeasures,
    /// 总结论：任一强制条款不通过即不通过，其次待核，其次需人工裁量。
    pub verdict: ProposalVerdict,
    /// 逐条结论。
    pub evaluation: Evaluation,
    /// 图形与数据提示，不改变结论。
    pub notices: Vec<ProposalFault>,
}

/// 量算结果，m² 与比值。
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct ProposalMeasures {
    /// 土地面积，m²。
    pub site_area_m2: f64,
    /// 建筑基底面积，m²。
    pub footprint_m2: f64,
    /// 计容建筑面积，m²；有建筑层数不详时为空。
    pub counting_floor_area_m2: Option<f64>,
    /// 容积率。
    pub plot_ratio: Option<f64>,
    /// 建筑密度，0–1。
    pub building_density: f64,
}

/// 总结论。
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ProposalVerdict {
    /// 通过
    Met,
    /// 需人工裁量
    Discretion,
    /// 待核
    Undetermined,
    /// 不通过
    Unmet,
    /// 没有一条规则适用
    NotApplicable,
}

impl ProposalVerdict {
    /// 中文名称。
    pub fn label_zh(self) -> &'static str {
        match self {
            ProposalVerdict::Met => "通过",
            ProposalVerdict::Discretion => "需人工裁量",
            ProposalVerdict::Undetermined => "待核",
            ProposalVerdict::Unmet => "不通过",
            ProposalVerdict::NotApplicable => "不适用",
        }
    }
}

/// Why a proposal was not judged.
#[derive(Debug, thiserror::Error)]
pub enum ProposalError {
    /// The proposal cannot be read as one; every fault found is listed.
    #[error("方案有 {} 处问题，未作校核", .0.len())]
    Faulty(Vec<ProposalFault>),
    /// The rulebook lacks a parameter that measuring needs.
    #[error("规则库缺少量算参数")]
    Parameters(#[source] CountingRulesMissing),
}

/// Judges a proposal given as JSON, as the law stands on `as_of`.
///
/// # Errors
/// [`ProposalError::Faulty`] with every fault when the proposal cannot be read.
pub fn check(rulebook: &Rulebook, body: &serde_json::Value, as_of: NaiveDate) -> Result<ProposalCheck, ProposalError> {
    let proposal = parse(body).map_err(ProposalError::Faulty)?;
    let rules = counting_rules(rulebook, as_of).map_err(ProposalError::Parameters)?;
    let bodies: Vec<_> = proposal.buildings.iter().map(|building| building.body).collect();
    let buildings = GroundIndex::new(&proposal.buildings.iter().map(|building| building.ground.clone()).collect::<Vec<_>>());
    let measure = measure_site(&proposal.land, &buildings, &bodies, rules);
    let facts = facts(&proposal, &measure);
    let evaluation = evaluate(&facts, rulebook, as_of);
    let mut notices = proposal.notices.clone();
    notices.extend(outside_notices(&proposal, &measure));
    Ok(ProposalCheck {
        name: proposal.name.clone(),
        measures: measures(&proposal, &measure),
        verdict: verdict(&evaluation),
        evaluation,
        notices,
    })
}

fn measures(proposal: &Proposal, measure: &SiteMeasure) -> ProposalMeasures {
    let site_area_m2 = proposal.site_area_m2();
    let counting_floor_area_m2 = measure.counting_floor_area_m2();
    ProposalMeasures {
        site_area_m2,
        footprint_m2: measure.footprint_m2,
        counting_floor_area_m2,
        plot_ratio: counting_floor_area_m2.map(|floor| floor / site_area_m2),
        building_density: measure.footprint_m2 / site_area_m2,
    }
}

fn facts(proposal: &Proposal, measure: &SiteMeasure) -> SubjectFacts {
    let source = |note: &str| Source::new("proposal", proposal.name.as_str()).noted(note);
    let known = |value, note: &str| Fact::known(value, source(note), None);
    let land_note = match proposal.documentary_area_m2 {
        Some(_) => "方案所载土地面积",
        None => "由方案用地图形计算的椭球面积",
    };
    let subject = Subject { kind: SubjectKind::Proposal, division: None, code: proposal.name.clone() };
    let mut facts = SubjectFacts::new(subject)
        .with(FactName::SiteArea, known(FactValue::m2(proposal.site_area_m2()), land_note))
        .with(FactName::FootprintArea, known(FactValue::m2(measure.footprint_m2), "由方案建筑基底图形与用地图形相交计算"));
    let floor = match measure.counting_floor_area_m2() {
        Some(area) => known(FactValue::m2(area), "各建筑基底面积 × 层数，超过层高限值的层按规则加倍"),
        None => Fact::missing(MissingReason::NotRecorded),
    };
    facts.insert(FactName::CountingFloorArea, floor);
    let industry = match &proposal.industry {
        Some(code) => known(FactValue::Industry(*code), "方案所载行业代码"),
        None => Fact::missing(MissingReason::NotRecorded),
    };
    facts.insert(FactName::Industry, industry);
    for (name, answer) in &proposal.flags {
        let fact = match answer {
            Some(truth) => known(FactValue::Flag(*truth), "方案申报"),
            None => Fact::missing(MissingReason::NotRecorded),
        };
        facts.insert(*name, fact);
    }
    for (_, name) in area_names() {
        let fact = match proposal.areas.get(&name) {
            Some(m2) => known(FactValue::m2(*m2), "方案申报"),
            None => Fact::missing(MissingReason::NotRecorded),
        };
        facts.insert(name, fact);
    }
    if let Some(exception) = &proposal.exception {
        facts.insert(FactName::ExceptionDocument, known(FactValue::Text(exception.clone()), "方案申报"));
    }
    facts
}

/// The flags a proposal may declare; an absent one is unknown, never "no".
pub(super) fn flag_names() -> [(&'static str, FactName); 4] {
    [
        ("innovative_industrial", FactName::InnovativeIndustrial),
        ("upgrade_approved", FactName::UpgradeApproved),
        ("general_purpose_factory", FactName::GeneralPurposeFactory),
        ("conforms_to_plan", FactName::ConformsToPlan),
    ]
}

/// The areas a proposal may state besides its drawings, in m²; an absent one is unknown, never zero.
pub(super) fn area_names() -> [(&'static str, FactName); 5] {
    [
        ("structures_m2", FactName::StructuresArea),
        ("yard_m2", FactName::YardArea),
        ("office_land_m2", FactName::OfficeLandArea),
        ("office_floor_m2", FactName::OfficeFloorArea),
        ("green_m2", FactName::GreenArea),
    ]
}

type Flags = BTreeMap<FactName, Option<Truth>>;

fn verdict(evaluation: &Evaluation) -> ProposalVerdict {
    let mut worst = ProposalVerdict::NotApplicable;
    for finding in evaluation.findings.values() {
        if finding.force == Force::Benchmark {
            continue;
        }
        let this = match OutcomeCode::of(&finding.outcome) {
            OutcomeCode::Unmet => ProposalVerdict::Unmet,
            OutcomeCode::Discretion => ProposalVerdict::Discretion,
            OutcomeCode::Met => ProposalVerdict::Met,
            OutcomeCode::Undetermined => ProposalVerdict::Undetermined,
            OutcomeCode::NotApplicable => continue,
        };
        if rank(this) > rank(worst) {
            worst = this;
        }
    }
    worst
}

fn rank(verdict: ProposalVerdict) -> u8 {
    match verdict {
        ProposalVerdict::NotApplicable => 0,
        ProposalVerdict::Met => 1,
        ProposalVerdict::Discretion => 2,
        ProposalVerdict::Undetermined => 3,
        ProposalVerdict::Unmet => 4,
    }
}

/// Buildings that stand partly off the land, or whose storeys are unknown: shown, because they change the figures.
fn outside_notices(proposal: &Proposal, measure: &SiteMeasure) -> Vec<ProposalFault> {
    /// Below a tenth of a square metre the outlines differ by drawing, not by intent.
    const NOTICEABLE_M2: f64 = 0.1;
    let mut notices = Vec::new();
    for (position, building) in proposal.buildings.iter().enumerate() {
        let part = measure.parts.iter().find(|part| part.building == position);
        let inside = part.map_or(0.0, |part| part.footprint_m2);
        let outside = building.ground.ellipsoidal_m2 - inside;
        let place = proposal.place_of(&building.ground);
        if outside > NOTICEABLE_M2 {
            notices.push(ProposalFault {
                code: "PRO-101",
                message: format!("建筑“{}”有 {outside:.2} m² 在用地范围之外，未计入", building.name),
                remedy: "核对建筑基底与用地红线；用地之外的部分不计入容积率与建筑密度".into(),
                place,
            });
        }
        if part.is_some_and(|part| part.floor_area == FloorArea::Unknown) {
            notices.push(ProposalFault {
                code: "PRO-102",
                message: format!("建筑“{}”没有层数，计容建筑面积无法确定", building.name),
                remedy: "补充该建筑的 storeys（地上层数）".into(),
                place,
            });
        }
    }
    let surfaces: Vec<&PlanarGround> = proposal.buildings.iter().map(|building| &building.ground).collect();
    for (i, a) in surfaces.iter().enumerate() {
        for (j, b) in surfaces.iter().enumerate().skip(i + 1) {
            let shared = overlay::intersection_area(&a.surface, &b.surface);
            if shared > NOTICEABLE_M2 {
                notices.push(ProposalFault {
                    code: "PRO-103",
                    message: format!(
                        "建筑“{}”与“{}”的基底重叠 {shared:.2} m²；建筑密度只计一次，计容建筑面积各自计算",
                        proposal.buildings[i].name, proposal.buildings[j].name
                    ),
                    remedy: "核对两处建筑基底；同一建筑分段绘制时请避免重叠".into(),
                    place: proposal.place_of(a),
                });
            }
        }
    }
    notices
}
