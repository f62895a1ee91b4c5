//! 目标任务进度。Which ground counts toward the target, each square metre once, and what became of what was reported.
//! Claims are taken in the order of the day of the counted step, then division, then project code: the documented tie-break.

use std::collections::{BTreeMap, HashMap};

use chrono::{Datelike, NaiveDate};
use mujun_domain::ledger::TargetYears;
use mujun_geometry::overlay::{self, SliverTolerance};
use mujun_geometry::reproject::ReprojectionError;
use mujun_geometry::surface::Surface;
use serde::Serialize;

use super::registers::Registers;
use crate::city::ground::{GroundIndex, PlanarGround};
use crate::register::{ProjectRecord, TargetRecord};

/// Overlaps smaller than this are shared edges seen through rounding, m².
const CONFLICT_M2: f64 = 0.01;

/// How far the target is reached. Areas in m².
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TargetProgress {
    /// 任务。
    pub target: TargetTerms,
    /// 核定面积：已达计入节点项目图形的并集，椭球面积。
    pub credited_m2: f64,
    /// Σ上报面积：全部项目。
    pub reported_m2: f64,
    /// 已达节点的项目之间重叠、未重复计入的面积。
    pub overlap_m2: f64,
    /// 未达计入节点的上报面积。
    pub not_counted_stage_m2: f64,
    /// 已达节点而没有图形的上报面积。
    pub without_geometry_m2: f64,
    /// 已达节点且有图形的项目：图形面积 − 上报面积。
    pub measured_difference_m2: f64,
    /// 序时进度，0–1。
    pub expected_share: f64,
    /// 截至日期。
    pub as_of: NaiveDate,
    /// 按县（市、区）。
    pub counties: Vec<CountyProgress>,
    /// 按年。
    pub years: Vec<YearProgress>,
    /// 重叠的申报。
    pub conflicts: Vec<Conflict>,
    /// 逐项目核定，供项目清单使用。
    pub projects: Vec<ProjectCredit>,
}

/// 任务条款。
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TargetTerms {
    /// 任务编号。
    pub target_code: String,
    /// 名称。
    pub name: String,
    /// 任务面积，m²。
    pub target_area_m2: f64,
    /// 起始年（含）。
    pub base_year: i32,
    /// 截止年（含）。
    pub end_year: i32,
    /// 计入完成的节点。
    pub counted_event: String,
    /// 依据文件。
    pub document: String,
}

/// 一个县（市、区）的进度。
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct CountyProgress {
    /// 行政区划代码。
    pub division_code: String,
    /// Σ上报面积，m²。
    pub reported_m2: f64,
    /// 核定面积，m²。
    pub credited_m2: f64,
    /// 重叠面积，m²。
    pub overlap_m2: f64,
    /// 项目数。
    pub projects: usize,
    /// 已达计入节点的项目数。
    pub counted_projects: usize,
}

/// 一年的进度。
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct YearProgress {
    /// 年。
    pub year: i32,
    /// 当年达到计入节点的项目核定面积，m²。
    pub credited_m2: f64,
    /// 当年达到计入节点的项目上报面积，m²。
    pub reported_m2: f64,
    /// 项目数。
    pub projects: usize,
}

/// 两个项目申报了同一块地。
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Conflict {
    /// 后申报、未得核定的项目。
    pub project_code: String,
    /// 其行政区划代码。
    pub division_code: String,
    /// 先申报的项目。
    pub other_project_code: String,
    /// 其行政区划代码。
    pub other_division_code: String,
    /// 重叠面积，m²。
    pub overlap_m2: f64,
}

/// 一个项目的核定。
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ProjectCredit {
    /// 行政区划代码。
    pub division_code: String,
    /// 项目编号。
    pub project_code: String,
    /// 达到计入节点的日期；未达为空。
    pub counted_on: Option<NaiveDate>,
    /// 图形面积，m²。
    pub ground_m2: Option<f64>,
    /// 核定面积，m²。
    pub credited_m2: f64,
}

/// Why progress could not be told.
#[derive(Debug, thiserror::Error)]
pub enum TargetError {
    /// A stored outline cannot be brought to the plane.
    #[error("改造项目图形无法换算到测量平面")]
    Project(#[from] ReprojectionError),
}

/// Progress toward the first target of the register, or of one county toward it; `None` while no target is loaded.
///
/// A county's figures are its projects' share of the city's: credits are settled city-wide first, so that counties add up to the city.
///
/// # Errors
/// A stored outline that cannot be projected.
pub fn progress(registers: &Registers, county: Option<&str>, as_of: NaiveDate) -> Result<Option<TargetProgress>, TargetError> {
    let Some(target) = registers.targets.first().map(|version| &version.record) else { return Ok(None) };
    let years = TargetYears { base_year: target.base_year, end_year: target.end_year };
    let counted = counted_days(registers, target, years, as_of);
    let settled = settle(registers, &counted)?;

    let mut counties: BTreeMap<&str, CountyProgress> = BTreeMap::new();
    let mut by_year: BTreeMap<i32, YearProgress> = (target.base_year..=target.end_year)
        .map(|year| (year, YearProgress { year, credited_m2: 0.0, reported_m2: 0.0, projects: 0 }))
        .collect();
    let mut all = Sums::default();
    let mut projects = Vec::with_capacity(registers.projects.len());
    for (position, version) in registers.projects.iter().enumerate() {
        let record = &version.record;
        let credit = &settled.credits[position];
        if county.is_some_and(|county| county != record.division_code) {
            continue;
        }
        let reported = record.reported_area_m2.unwrap_or_default();
        all.reported += reported;
        let row = counties
            .entry(&record.division_code)
            .or_insert_with(|| CountyProgress { division_code: record.division_code.clone(), ..CountyProgress::default() });
        row.projects += 1;
        row.reported_m2 += reported;
        match (counted[position], credit) {
            (None, _) => all.not_at_stage += reported,
            (Some(_), None) => all.without_geometry += reported,
            (Some(day), Some(credit)) => {
                let overlap = credit.ground_m2 - credit.credited_m2;
                all.credited += credit.credited_m2;
                all.overlap += overlap;
                all.difference += credit.ground_m2 - reported;
                row.credited_m2 += credit.credited_m2;
                row.overlap_m2 += overlap;
                if let Some(year) = by_year.get_mut(&day.year()) {
                    year.credited_m2 += credit.credited_m2;
                }
            }
        }
        if let Some(day) = counted[position] {
            row.counted_projects += 1;
            if let Some(year) = by_year.get_mut(&day.year()) {
                year.reported_m2 += reported;
                year.projects += 1;
            }
        }
        projects.push(ProjectCredit {
            division_code: record.division_code.clone(),
            project_code: record.project_code.clone(),
            counted_on: counted[position],
            ground_m2: record.ground.as_ref().map(|ground| ground.ellipsoidal_area_m2),
            credited_m2: credit.as_ref().map_or(0.0, |credit| credit.credited_m2),
        });
    }
    let conflicts = settled
        .conflicts
        .into_iter()
        .filter(|conflict| county.is_none_or(|county| county == conflict.division_code || county == conflict.other_division_code))
        .collect();
    Ok(Some(TargetProgress {
        target: TargetTerms {
            target_code: target.target_code.clone(),
            name: target.name.clone(),
            target_area_m2: target.target_area_m2,
            base_year: target.base_year,
            end_year: target.end_year,
            counted_event: target.counted_event.clone(),
            document: target.document.clone(),
        },
        credited_m2: all.credited,
        reported_m2: all.reported,
        overlap_m2: all.overlap,
        not_counted_stage_m2: all.not_at_stage,
        without_geometry_m2: all.without_geometry,
        measured_difference_m2: all.difference,
        expected_share: years.expected_share(as_of),
        as_of,
        counties: counties.into_values().collect(),
        years: by_year.into_values().collect(),
        conflicts,
        projects,
    }))
}

#[derive(Default)]
struct Sums {
    reported: f64,
    credited: f64,
    overlap: f64,
    difference: f64,
    not_at_stage: f64,
    without_geometry: f64,
}

/// For each project the day on which it reached the counted step, if that lies in the period and not after `as_of`.
fn counted_days(registers: &Registers, target: &TargetRecord, years: TargetYears, as_of: NaiveDate) -> Vec<Option<NaiveDate>> {
    let days: HashMap<(&str, &str), NaiveDate> = registers
        .events
        .iter()
        .map(|version| &version.record)
        .filter(|event| {
            event.event_kind == target.counted_event && event.happened_on <= as_of && years.contains(event.happened_on)
        })
        .map(|event| ((event.division_code.as_str(), event.project_code.as_str()), event.happened_on))
        .collect();
    registers
        .projects
        .iter()
        .map(|version| days.get(&(version.record.division_code.as_str(), version.record.project_code.as_str())).copied())
        .collect()
}

struct Credit {
    ground_m2: f64,
    credited_m2: f64,
}

struct Settled {
    credits: Vec<Option<Credit>>,
    conflicts: Vec<Conflict>,
}

/// Credits every counted claim with the part of its ground that no earlier claim covers.
fn settle(registers: &Registers, counted: &[Option<NaiveDate>]) -> Result<Settled, TargetError> {
    let record = |position: usize| -> &ProjectRecord { &registers.projects[position].record };
    let mut claims: Vec<(NaiveDate, usize)> = counted
        .iter()
        .enumerate()
        .filter(|(position, _)| record(*position).ground.is_some())
        .filter_map(|(position, day)| Some(((*day)?, position)))
        .collect();
    claims.sort_by(|(day_a, a), (day_b, b)| {
        let key = |position: usize| (record(position).division_code.as_str(), record(position).project_code.as_str());
        day_a.cmp(day_b).then_with(|| key(*a).cmp(&key(*b)))
    });
    let mut grounds = Vec::with_capacity(claims.len());
    for (_, position) in &claims {
        if let Some(ground) = &record(*position).ground {
            grounds.push(PlanarGround::project(ground)?);
        }
    }
    let index = GroundIndex::new(&grounds);
    let exact = SliverTolerance { min_area_m2: 0.0, min_width_m: 0.0 };
    let mut credits: Vec<Option<Credit>> = counted.iter().map(|_| None).collect();
    let (mut conflicts, mut earlier) = (Vec::new(), Vec::new());
    for (order, (_, position)) in claims.iter().enumerate() {
        let ground = &grounds[order];
        index.near(ground.surface.bounds(), &mut earlier);
        earlier.retain(|other| *other < order);
        let surfaces: Vec<&Surface> = earlier.iter().map(|other| &grounds[*other].surface).collect();
        let credited_m2 = if surfaces.is_empty() {
            ground.ellipsoidal_m2
        } else {
            overlay::subtract(&ground.surface, &surfaces, &exact).leftover_area * ground.to_ellipsoid()
        };
        for other in earlier.iter().copied() {
            let overlap_m2 = overlay::intersection_area(&ground.surface, &grounds[other].surface) * ground.to_ellipsoid();
            if overlap_m2 > CONFLICT_M2 {
                let first = record(claims[other].1);
                conflicts.push(Conflict {
                    project_code: record(*position).project_code.clone(),
                    division_code: record(*position).division_code.clone(),
                    other_project_code: first.project_code.clone(),
                    other_division_code: first.division_code.clone(),
                    overlap_m2,
                });
            }
        }
        credits[*position] = Some(Credit { ground_m2: ground.ellipsoidal_m2, credited_m2 });
    }
    Ok(Settled { credits, conflicts })
}
