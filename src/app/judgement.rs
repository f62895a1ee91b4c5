//! The city judged: every parcel, approval and supply evaluated, and each flagged square metre counted once.
//! Pure but for its use of all cores: equal registers, rulebook and date give equal findings and an equal digest.

mod evidence;

use std::collections::BTreeMap;

use mujun_domain::evaluate::evaluate;
use mujun_domain::finding::{Finding, OutcomeCode};
use mujun_domain::kind::Kind;
use mujun_domain::rulebook::{Force, RuleId, Rulebook};
use mujun_domain::subject::{SubjectFacts, SubjectKind};
use mujun_geometry::crs::Crs;
use mujun_geometry::reproject;
use mujun_geometry::surface::Surface;
use rayon::prelude::*;

use chrono::NaiveDate;

use super::facts::{approval_facts, parcel_facts, supply_facts};
use super::measuring::{MeasureError, MeasuredCity, ParcelMeasure, measure_city};
use super::registers::Registers;
use crate::city::ground::PLANE;
use crate::city::leftover::Leftover;
use crate::register::ApprovalRecord;

/// What a run says, before it is stored.
#[derive(Clone, Debug)]
pub struct Judgement {
    /// 结论，按对象种类、行政区划代码、编号与规则排序。
    pub findings: Vec<JudgedFinding>,
    /// 各结论的全文，JSON，与 `findings` 同序：写成一次，摘要与存档用的是同一份。
    pub details: Vec<Box<str>>,
    /// 宗地汇总，与 `Registers::parcels` 同序。
    pub parcels: Vec<JudgedParcel>,
    /// 批次汇总，与 `Registers::approvals` 同序。
    pub approvals: Vec<JudgedApproval>,
    /// 评价对象数。
    pub subjects: usize,
    /// 全部结论与汇总规范形式的 SHA-256，十六进制小写。
    pub digest: String,
}

/// What was decided, without the evidence written out: enough to compare two evaluations.
#[derive(Clone, Debug)]
pub struct Decision {
    /// 结论，按对象种类、行政区划代码、编号与规则排序。
    pub findings: Vec<JudgedFinding>,
    /// 宗地汇总，与 `Registers::parcels` 同序。
    pub parcels: Vec<JudgedParcel>,
    /// 批次汇总，与 `Registers::approvals` 同序。
    pub approvals: Vec<JudgedApproval>,
    /// 评价对象数。
    pub subjects: usize,
}

/// An approval seen against what was supplied of it, and whether it was in force on the day.
#[derive(Clone, Debug)]
pub struct JudgedApproval {
    /// 是否有效。
    pub standing: ApprovalStanding,
    /// 剩余；批次没有图形为 `None`。图形不在其内。
    pub leftover: Option<Leftover>,
}

/// Whether an approval counts on the day of the law.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ApprovalStanding {
    /// 有效；批准日期不详的也在其内
    InForce,
    /// 基准日尚未批准
    NotYet,
    /// 已撤回或失效
    Withdrawn,
}

impl ApprovalStanding {
    /// The word kept in `approval_state.standing`.
    pub fn as_str(self) -> &'static str {
        match self {
            ApprovalStanding::InForce => "in_force",
            ApprovalStanding::NotYet => "not_yet",
            ApprovalStanding::Withdrawn => "withdrawn",
        }
    }

    fn of(approval: &ApprovalRecord, as_of: NaiveDate) -> ApprovalStanding {
        match (approval.approved_on, approval.withdrawn_on) {
            (_, Some(day)) if day <= as_of => ApprovalStanding::Withdrawn,
            (Some(day), _) if as_of < day => ApprovalStanding::NotYet,
            (_, _) => ApprovalStanding::InForce,
        }
    }
}

/// One finding with the ground it concerns.
#[derive(Clone, Debug)]
pub struct JudgedFinding {
    /// 行政区划代码。
    pub division_code: String,
    /// 对象种类。
    pub subject: SubjectKind,
    /// 对象编号。
    pub subject_code: String,
    /// 所涉宗地代码。
    pub parcel_code: Option<String>,
    /// 结论。
    pub finding: Finding,
    /// 疑似面积，m²，每平方米只计一次；没有标记为空。
    pub flagged_area_m2: Option<f64>,
    /// 疑似范围，EPSG:4490：批而未供的剩余图形。
    pub surface: Option<Surface>,
}

/// What lists, tiles and cards need to know of a parcel at once.
#[derive(Clone, Debug)]
pub struct JudgedParcel {
    /// 量算。
    pub measure: ParcelMeasure,
    /// 疑似类别，按计入次序。
    pub kinds: Vec<Kind>,
    /// 计面积的类别。
    pub counted_kind: Option<Kind>,
    /// 计入的疑似面积，m²。
    pub flagged_area_m2: f64,
    /// 待核的规则数，参考规则不计。
    pub undetermined_count: usize,
}

impl JudgedParcel {
    /// 容积率。
    pub fn plot_ratio(&self) -> Option<f64> {
        self.measure.counting_floor_area_m2.map(|floor| floor / self.measure.site.m2)
    }

    /// 建筑密度，0–1。
    pub fn building_density(&self) -> Option<f64> {
        self.measure.footprint_m2.map(|footprint| footprint / self.measure.site.m2)
    }
}

/// What is said of one subject, by rule.
type Findings = BTreeMap<RuleId, Finding>;

/// Judges the whole city, and writes out the evidence.
///
/// # Errors
/// A parameter that the rulebook lacks, or a ground that cannot be projected.
pub fn judge(registers: &Registers, rulebook: &Rulebook, as_of: NaiveDate) -> Result<Judgement, MeasureError> {
    let Decision { findings, parcels, approvals, subjects } = decide(registers, rulebook, as_of)?;
    let details = evidence::details(&findings);
    let digest = evidence::digest(registers, &findings, &details, &parcels);
    Ok(Judgement { findings, details, parcels, approvals, subjects, digest })
}

/// As [`judge`], for whoever only asks what came out.
///
/// # Errors
/// As [`judge`].
pub fn decide(registers: &Registers, rulebook: &Rulebook, as_of: NaiveDate) -> Result<Decision, MeasureError> {
    decide_on(registers, rulebook, as_of, |_, _, _| true)
}

/// As [`decide`], for the subjects of which `is_chosen` says so by their kind, division and code; of the others there are no findings.
/// What is said of a parcel is right if its contracts are chosen with it, and of a contract if its parcel is.
///
/// # Errors
/// As [`judge`].
pub fn decide_on(
    registers: &Registers,
    rulebook: &Rulebook,
    as_of: NaiveDate,
    is_chosen: impl Fn(SubjectKind, &str, &str) -> bool + Sync,
) -> Result<Decision, MeasureError> {
    let city = measure_city(registers, rulebook, as_of)?;
    let findings = |kind, division: &str, code: &str, facts: &dyn Fn() -> SubjectFacts| {
        if is_chosen(kind, division, code) { evaluate(&facts(), rulebook, as_of).findings } else { Findings::new() }
    };
    let parcels: Vec<Findings> = (0..registers.parcels.len())
        .into_par_iter()
        .map(|position| {
            let record = &registers.parcels[position].record;
            let facts = || parcel_facts(registers, &city, position);
            findings(SubjectKind::Parcel, &record.division_code, &record.parcel_code, &facts)
        })
        .collect();
    let supplies: Vec<Findings> = (0..registers.supplies.len())
        .into_par_iter()
        .map(|position| {
            let record = &registers.supplies[position].record;
            let facts = || supply_facts(registers, &city.links, position);
            findings(SubjectKind::Supply, &record.division_code, &record.supply_code, &facts)
        })
        .collect();
    let approvals: Vec<Findings> = (0..registers.approvals.len())
        .into_par_iter()
        .map(|position| {
            let record = &registers.approvals[position].record;
            let facts = || approval_facts(registers, &city, position);
            findings(SubjectKind::Approval, &record.division_code, &record.approval_number, &facts)
        })
        .collect();
    let subjects = parcels.len() + supplies.len() + approvals.len();

    let mut findings = approval_findings(registers, &city, approvals)?;
    let judged_approvals = registers
        .approvals
        .iter()
        .zip(&city.leftovers)
        .map(|(version, leftover)| JudgedApproval {
            standing: ApprovalStanding::of(&version.record, as_of),
            leftover: leftover.as_ref().map(|leftover| Leftover { surface: None, ..leftover.clone() }),
        })
        .collect();
    let (parcel_rows, states) = parcel_findings(registers, city, parcels, supplies);
    findings.extend(parcel_rows);
    findings.par_sort_by(|a, b| sort_key(a).cmp(&sort_key(b)));
    Ok(Decision { findings, parcels: states, approvals: judged_approvals, subjects })
}

fn sort_key(row: &JudgedFinding) -> (SubjectKind, &str, &str, &str) {
    (row.subject, &row.division_code, &row.subject_code, row.finding.rule.as_str())
}

fn approval_findings(
    registers: &Registers,
    city: &MeasuredCity,
    evaluations: Vec<Findings>,
) -> Result<Vec<JudgedFinding>, MeasureError> {
    let mut rows = Vec::new();
    for ((version, leftover), findings) in registers.approvals.iter().zip(&city.leftovers).zip(evaluations) {
        for finding in findings.into_values() {
            let flagged = finding.is_flagged();
            let surface = match leftover.as_ref().and_then(|leftover| leftover.surface.as_ref()) {
                Some(surface) if flagged => {
                    Some(reproject::with_reprojector(PLANE, Crs::CGCS2000, |projection| projection.surface(surface))??)
                }
                _ => None,
            };
            rows.push(JudgedFinding {
                division_code: version.record.division_code.clone(),
                subject: SubjectKind::Approval,
                subject_code: version.record.approval_number.clone(),
                parcel_code: None,
                flagged_area_m2: flagged.then(|| leftover.as_ref().map_or(0.0, |leftover| leftover.counted_m2)),
                finding,
                surface,
            });
        }
    }
    Ok(rows)
}

/// Findings of parcels and of the contracts on them. Of a parcel's kinds only the first in the order of counting takes its area.
fn parcel_findings(
    registers: &Registers,
    city: MeasuredCity,
    parcels: Vec<Findings>,
    supplies: Vec<Findings>,
) -> (Vec<JudgedFinding>, Vec<JudgedParcel>) {
    let mut rows: Vec<JudgedFinding> = Vec::new();
    let mut first_row_of_supply = Vec::with_capacity(supplies.len());
    for ((version, parcel), findings) in registers.supplies.iter().zip(&city.supply_parcels).zip(supplies) {
        let record = &version.record;
        first_row_of_supply.push(rows.len());
        let own_area =
            record.documentary_area_m2.or(record.ground.as_ref().map(|ground| ground.ellipsoidal_area_m2)).unwrap_or(0.0);
        let mut unclaimed = if parcel.is_none() { own_area } else { 0.0 };
        for finding in findings.into_values() {
            let flagged_area_m2 = finding.is_flagged().then(|| std::mem::take(&mut unclaimed));
            rows.push(JudgedFinding {
                division_code: record.division_code.clone(),
                subject: SubjectKind::Supply,
                subject_code: record.supply_code.clone(),
                parcel_code: parcel.map(|position| registers.parcels[position].record.parcel_code.clone()),
                finding,
                flagged_area_m2,
                surface: None,
            });
        }
    }
    first_row_of_supply.push(rows.len());

    let mut states = Vec::with_capacity(parcels.len());
    for ((version, measure), findings) in registers.parcels.iter().zip(city.parcels).zip(parcels) {
        let record = &version.record;
        let own = rows.len();
        for finding in findings.into_values() {
            let flagged_area_m2 = finding.is_flagged().then_some(0.0);
            rows.push(JudgedFinding {
                division_code: record.division_code.clone(),
                subject: SubjectKind::Parcel,
                subject_code: record.parcel_code.clone(),
                parcel_code: Some(record.parcel_code.clone()),
                finding,
                flagged_area_m2,
                surface: None,
            });
        }
        let mut concerned: Vec<usize> = (own..rows.len()).collect();
        for supply in &measure.supplies {
            concerned.extend(first_row_of_supply[*supply]..first_row_of_supply[*supply + 1]);
        }
        states.push(settle_parcel(measure, &mut rows, &concerned));
    }
    (rows, states)
}

fn settle_parcel(measure: ParcelMeasure, rows: &mut [JudgedFinding], concerned: &[usize]) -> JudgedParcel {
    let flags = |row: &JudgedFinding| if row.finding.is_flagged() { row.finding.flag } else { None };
    let mut kinds: Vec<Kind> = concerned.iter().filter_map(|row| flags(&rows[*row])).collect();
    kinds.sort_unstable();
    kinds.dedup();
    let counted_kind = kinds.first().copied();
    // What only compares with a benchmark is nobody's task while it is not known.
    let is_open = |row: &JudgedFinding| {
        row.finding.force != Force::Benchmark && OutcomeCode::of(&row.finding.outcome) == OutcomeCode::Undetermined
    };
    let undetermined_count = concerned.iter().filter(|row| is_open(&rows[**row])).count();
    let mut flagged_area_m2 = 0.0;
    let bearer = concerned.iter().find(|row| counted_kind.is_some() && flags(&rows[**row]) == counted_kind);
    if let Some(bearer) = bearer {
        flagged_area_m2 = measure.site.m2 * measure.share_outside_leftovers;
        rows[*bearer].flagged_area_m2 = Some(flagged_area_m2);
    }
    JudgedParcel { measure, kinds, counted_kind, flagged_area_m2, undetermined_count }
}
