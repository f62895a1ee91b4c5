//! The city judged: every parcel, approval and supply evaluated, and each flagged square metre counted once.
//! Pure but for its use of all cores: equal registers, rulebook and date give equal findings and an equal digest.

mod evidence;
mod parts;
mod settle;

use std::collections::BTreeMap;

use mujun_domain::evaluate::evaluate;
use mujun_domain::finding::Finding;
use mujun_domain::kind::Kind;
use mujun_domain::rulebook::{RuleId, Rulebook};
use mujun_domain::subject::SubjectKind;
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
use crate::store::Stored;
pub use parts::{Summed, Written, judge_in_parts};
use settle::{Bearer, Mark, Settled, Settlement, borne, marks, settle};

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

/// Some of what is said of one subject, each with its place among all of it.
type Placed = Vec<(usize, Finding)>;

/// All that is said of a subject, in the order of the rules.
fn placed(findings: Findings) -> impl Iterator<Item = (usize, Finding)> {
    findings.into_values().enumerate()
}

/// Judges the whole city, and writes out the evidence.
///
/// # Errors
/// A parameter that the rulebook lacks, or a ground that cannot be projected.
pub fn judge(registers: &Registers, rulebook: &Rulebook, as_of: NaiveDate) -> Result<Judgement, MeasureError> {
    let Decision { findings, parcels, approvals, subjects } = decide(registers, rulebook, as_of)?;
    let details = evidence::details(&findings);
    let mut digest = evidence::Digester::default();
    digest.findings(findings.iter().zip(details.iter().map(|detail| &**detail)));
    let digest = digest.parcels(registers, &parcels);
    Ok(Judgement { findings, details, parcels, approvals, subjects, digest })
}

/// As [`judge`], for whoever only asks what came out.
///
/// # Errors
/// As [`judge`].
pub fn decide(registers: &Registers, rulebook: &Rulebook, as_of: NaiveDate) -> Result<Decision, MeasureError> {
    decide_on(registers, rulebook, as_of, |_, _, _| true, |_| true)
}

/// As [`decide`], for the subjects of which `is_chosen` says so by their kind, division and code, and of their findings those that are
/// asked for; of the others there are none.
/// What is said of a parcel is right if its contracts are chosen with it, and of a contract if its parcel is.
///
/// # Errors
/// As [`judge`].
pub fn decide_on(
    registers: &Registers,
    rulebook: &Rulebook,
    as_of: NaiveDate,
    is_chosen: impl Fn(SubjectKind, &str, &str) -> bool + Sync,
    is_asked: impl Fn(&Finding) -> bool + Sync,
) -> Result<Decision, MeasureError> {
    let city = measure_city(registers, rulebook, as_of)?;
    let subjects = Subjects { registers, city: &city, rulebook, as_of };
    let of = |kind, count| -> (Vec<Box<[Mark]>>, Vec<Placed>) {
        let found = |position| {
            let (division, code) = subjects.key(kind, position);
            let all = if is_chosen(kind, division, code) { subjects.findings(kind, position) } else { Findings::new() };
            let marks = marks(&all);
            (marks, placed(all).filter(|(_, finding)| is_asked(finding)).collect())
        };
        (0..count).into_par_iter().map(found).unzip()
    };
    let (of_parcels, parcels) = of(SubjectKind::Parcel, registers.parcels.len());
    let (of_supplies, supplies) = of(SubjectKind::Supply, registers.supplies.len());
    let (_, approvals) = of(SubjectKind::Approval, registers.approvals.len());
    let settled = settle(registers, &city, &of_parcels, &of_supplies);

    let mut findings = Vec::new();
    for (kind, of_kind) in [(SubjectKind::Parcel, parcels), (SubjectKind::Supply, supplies), (SubjectKind::Approval, approvals)] {
        for (position, of_subject) in of_kind.into_iter().enumerate() {
            findings.extend(subjects.rows(kind, position, of_subject, &settled)?);
        }
    }
    findings.par_sort_by(|a, b| sort_key(a).cmp(&sort_key(b)));
    let subjects = subjects.count();
    let approvals = judged_approvals(registers, &city, as_of);
    Ok(Decision { findings, parcels: judged_parcels(city, settled.parcels), approvals, subjects })
}

/// The subjects of a city, by kind and position in their register, and what is said of each.
struct Subjects<'a> {
    registers: &'a Registers,
    city: &'a MeasuredCity,
    rulebook: &'a Rulebook,
    as_of: NaiveDate,
}

impl<'a> Subjects<'a> {
    fn count(&self) -> usize {
        self.registers.parcels.len() + self.registers.supplies.len() + self.registers.approvals.len()
    }

    /// Division and code.
    fn key(&self, kind: SubjectKind, position: usize) -> (&'a str, &'a str) {
        match kind {
            SubjectKind::Supply => {
                let record = &self.registers.supplies[position].record;
                (&record.division_code, &record.supply_code)
            }
            SubjectKind::Approval => {
                let record = &self.registers.approvals[position].record;
                (&record.division_code, &record.approval_number)
            }
            SubjectKind::Parcel | SubjectKind::Proposal => {
                let record = &self.registers.parcels[position].record;
                (&record.division_code, &record.parcel_code)
            }
        }
    }

    fn findings(&self, kind: SubjectKind, position: usize) -> Findings {
        let facts = match kind {
            SubjectKind::Supply => supply_facts(self.registers, &self.city.links, position),
            SubjectKind::Approval => approval_facts(self.registers, self.city, position),
            SubjectKind::Parcel | SubjectKind::Proposal => parcel_facts(self.registers, self.city, position),
        };
        evaluate(&facts, self.rulebook, self.as_of).findings
    }

    /// The findings of a subject, each with its place among all of them, and what they bear.
    fn rows(
        &self,
        kind: SubjectKind,
        position: usize,
        findings: impl IntoIterator<Item = (usize, Finding)>,
        settled: &Settled,
    ) -> Result<Vec<JudgedFinding>, MeasureError> {
        let (division, code) = self.key(kind, position);
        let leftover = if kind == SubjectKind::Approval { self.city.leftovers[position].as_ref() } else { None };
        let bearer: Option<Bearer> = match kind {
            SubjectKind::Supply => settled.of_supplies[position],
            SubjectKind::Approval => None,
            SubjectKind::Parcel | SubjectKind::Proposal => settled.of_parcels[position],
        };
        let parcel_code = match kind {
            SubjectKind::Supply => {
                self.city.supply_parcels[position].map(|parcel| self.registers.parcels[parcel].record.parcel_code.as_str())
            }
            SubjectKind::Approval => None,
            SubjectKind::Parcel | SubjectKind::Proposal => Some(code),
        };
        let row = |(place, finding): (usize, Finding)| {
            let (flagged_area_m2, ground) = match kind {
                SubjectKind::Approval if finding.is_flagged() => (Some(leftover.map_or(0.0, |left| left.counted_m2)), leftover),
                SubjectKind::Approval => (None, None),
                SubjectKind::Parcel | SubjectKind::Supply | SubjectKind::Proposal => (borne(&finding, place, bearer), None),
            };
            let surface = match ground.and_then(|leftover| leftover.surface.as_ref()) {
                Some(surface) => {
                    Some(reproject::with_reprojector(PLANE, Crs::CGCS2000, |projection| projection.surface(surface))??)
                }
                None => None,
            };
            Ok(JudgedFinding {
                division_code: division.to_owned(),
                subject: kind,
                subject_code: code.to_owned(),
                parcel_code: parcel_code.map(str::to_owned),
                finding,
                flagged_area_m2,
                surface,
            })
        };
        findings.into_iter().map(row).collect()
    }
}

fn sort_key(row: &JudgedFinding) -> (SubjectKind, &str, &str, &str) {
    (row.subject, &row.division_code, &row.subject_code, row.finding.rule.as_str())
}

fn judged_approvals(registers: &Registers, city: &MeasuredCity, as_of: NaiveDate) -> Vec<JudgedApproval> {
    let judged = |(version, leftover): (&Stored<ApprovalRecord>, &Option<Leftover>)| JudgedApproval {
        standing: ApprovalStanding::of(&version.record, as_of),
        leftover: leftover.as_ref().map(|leftover| Leftover { surface: None, ..leftover.clone() }),
    };
    registers.approvals.iter().zip(&city.leftovers).map(judged).collect()
}

fn judged_parcels(city: MeasuredCity, settlements: Vec<Settlement>) -> Vec<JudgedParcel> {
    let judged = |(measure, settlement)| {
        let Settlement { kinds, counted_kind, flagged_area_m2, undetermined_count } = settlement;
        JudgedParcel { measure, kinds, counted_kind, flagged_area_m2, undetermined_count }
    };
    city.parcels.into_iter().zip(settlements).map(judged).collect()
}
