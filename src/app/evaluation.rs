//! A run: the registers as known at an instant, judged by the rulebook as of a day, recorded for good, and made current.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use mujun_domain::finding::OutcomeCode;
use mujun_domain::rulebook::Rulebook;
use sqlx::{PgConnection, PgPool};
use tokio::sync::mpsc;

use super::judgement::{
    ApprovalStanding, JudgedApproval, JudgedFinding, JudgedParcel, Judgement, Summed, Written, judge, judge_in_parts,
};
use super::measuring::MeasureError;
use super::registers::Registers;
use crate::register::{ApprovalRecord, ParcelRecord};
use crate::store::approval_state::{ApprovalAreas, NewApprovalState};
use crate::store::finding::{NewFinding, NewParcelState};
use crate::store::run::NewRun;
use crate::store::{self, StoreError, Stored};

/// What to evaluate.
#[derive(Clone, Copy, Debug)]
pub struct EvaluationRequest {
    /// 法律时点。
    pub as_of: NaiveDate,
    /// 认知时点；缺省为已登记的全部。晚于最后一次登记的，记作最后一次登记的时刻。
    pub known_at: Option<DateTime<Utc>>,
    /// 此刻；登记簿还是空的，才作认知时点。
    pub now: DateTime<Utc>,
    /// 是否设为现行。
    pub activation: Activation,
}

/// Whether the run becomes the one that lists and maps show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Activation {
    /// 设为现行
    Activate,
    /// 只保存
    Keep,
}

/// A run that was recorded.
#[derive(Clone, Debug)]
pub struct RunSummary {
    /// 评价批。
    pub run_id: i64,
    /// 评价对象数。
    pub subjects: usize,
    /// 结论数。
    pub findings: usize,
    /// 结论摘要，SHA-256。
    pub digest: String,
    /// 各类别的宗数与面积（m²）。
    pub kinds: BTreeMap<&'static str, KindSum>,
    /// 有效批次的供应情况。
    pub supplied: SupplySum,
}

/// The approvals in force that have an outline: 已批 = 已供 + 核减 + 碎屑 + 剩余，椭球面积，m²。
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct SupplySum {
    /// 批次数。
    pub approvals: usize,
    /// 已批。
    pub approved_m2: f64,
    /// 已供。
    pub supplied_m2: f64,
    /// 核减。
    pub deducted_m2: f64,
    /// 碎屑。
    pub sliver_m2: f64,
    /// 剩余。
    pub leftover_m2: f64,
}

impl SupplySum {
    /// 供地率，0–1; `None` where nothing was approved. No text of the formula was seen.
    pub fn rate(&self) -> Option<f64> {
        (self.approved_m2 > 0.0).then(|| self.supplied_m2 / self.approved_m2)
    }

    fn of(approvals: &[JudgedApproval]) -> SupplySum {
        let mut sum = SupplySum::default();
        for leftover in approvals
            .iter()
            .filter(|approval| approval.standing == ApprovalStanding::InForce)
            .filter_map(|approval| approval.leftover.as_ref())
        {
            sum.approvals += 1;
            sum.approved_m2 += leftover.ground_m2;
            sum.supplied_m2 += leftover.covered_m2;
            sum.deducted_m2 += leftover.deducted_m2;
            sum.sliver_m2 += leftover.sliver_m2;
            sum.leftover_m2 += leftover.leftover_m2;
        }
        sum
    }
}

/// 一类的件数与面积。
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct KindSum {
    /// 结论数。
    pub count: usize,
    /// m²，每平方米只计一次。
    pub area_m2: f64,
}

/// Why there is no run.
#[derive(Debug, thiserror::Error)]
pub enum EvaluationError {
    /// The city could not be measured.
    #[error(transparent)]
    Measure(#[from] MeasureError),
    /// The database refused.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A transaction could not be begun or committed.
    #[error("数据库事务失败：{step}")]
    Transaction {
        /// Which step.
        step: &'static str,
        /// Why.
        #[source]
        source: sqlx::Error,
    },
    /// The judge was told to stop.
    #[error("评价在中途被停止，没有登记")]
    Interrupted,
    /// A background task was lost.
    #[error("评价的后台任务中断")]
    Task(#[source] tokio::task::JoinError),
}

/// The city judged from one snapshot, not recorded yet.
#[derive(Clone, Debug)]
pub struct JudgedCity {
    /// The rows that were seen.
    pub registers: Arc<Registers>,
    /// The law.
    pub rulebook: Arc<Rulebook>,
    /// 法律时点。
    pub as_of: NaiveDate,
    /// What came out.
    pub judgement: Arc<Judgement>,
}

/// Evaluates the whole city and records the run, part by part as it is judged.
///
/// # Errors
/// See [`EvaluationError`]; nothing was recorded.
pub async fn evaluate_city(
    pool: &PgPool,
    rulebook: Arc<Rulebook>,
    request: EvaluationRequest,
) -> Result<RunSummary, EvaluationError> {
    let EvaluationRequest { as_of, known_at, now, activation } = request;
    let registers = Arc::new(read_registers(pool, known_at).await?);
    let mut transaction = pool.begin().await.map_err(begin)?;
    let conn = &mut *transaction;
    let run_id = begin_run(conn, &registers, &rulebook, as_of, now).await?;
    let (send, mut written) = mpsc::channel::<Vec<Written>>(AHEAD);
    let (facts, law) = (registers.clone(), rulebook.clone());
    let judging = tokio::task::spawn_blocking(move || {
        judge_in_parts(&facts, &law, as_of, &mut |part| match send.blocking_send(part) {
            Ok(()) => ControlFlow::Continue(()),
            Err(_) => ControlFlow::Break(()),
        })
    });
    let (mut findings, mut kinds) = (0, BTreeMap::new());
    while let Some(part) = written.recv().await {
        let rows: Vec<NewFinding<'_>> = part.iter().map(|of| new_finding(&of.row, &of.detail)).collect();
        store::finding::insert(conn, run_id, &rows).await?;
        findings += part.len();
        part.iter().for_each(|of| add_sum(&mut kinds, &of.row));
    }
    // All parts were taken, or it ended by a fault of its own.
    let judged = judging.await.map_err(EvaluationError::Task)??;
    let Summed { parcels, approvals, subjects, digest } = judged.ok_or(EvaluationError::Interrupted)?;
    record_states(conn, run_id, &registers, &parcels, &approvals).await?;
    end_run(conn, run_id, (&digest, subjects), activation).await?;
    transaction.commit().await.map_err(commit)?;
    Ok(RunSummary { run_id, subjects, findings, kinds, supplied: SupplySum::of(&approvals), digest })
}

/// Reads the registers of one instant and judges them; records nothing.
///
/// # Errors
/// See [`EvaluationError`].
pub async fn judge_city(
    pool: &PgPool,
    rulebook: Arc<Rulebook>,
    as_of: NaiveDate,
    known_at: Option<DateTime<Utc>>,
) -> Result<JudgedCity, EvaluationError> {
    let registers = Arc::new(read_registers(pool, known_at).await?);
    let (facts, law) = (registers.clone(), rulebook.clone());
    let judging = tokio::task::spawn_blocking(move || judge(&facts, &law, as_of));
    let judgement = Arc::new(judging.await.map_err(EvaluationError::Task)??);
    Ok(JudgedCity { registers, rulebook, as_of, judgement })
}

/// The registers in one snapshot: a file that lands meanwhile belongs to the next run.
///
/// # Errors
/// The database refused.
pub async fn read_registers(pool: &PgPool, known_at: Option<DateTime<Utc>>) -> Result<Registers, EvaluationError> {
    let mut transaction = pool.begin().await.map_err(begin)?;
    store::connection::hold_registers(&mut transaction).await?;
    let registers = registers(&mut transaction, known_at).await?;
    transaction.rollback().await.map_err(|source| EvaluationError::Transaction { step: "结束读取", source })?;
    Ok(registers)
}

/// Records a judged city as a run, with the text of its law.
///
/// # Errors
/// The database refused; nothing was recorded.
pub async fn record_run(
    pool: &PgPool,
    judged: &JudgedCity,
    now: DateTime<Utc>,
    activation: Activation,
) -> Result<RunSummary, EvaluationError> {
    let JudgedCity { registers, rulebook, as_of, judgement } = judged;
    let mut transaction = pool.begin().await.map_err(begin)?;
    let conn = &mut *transaction;
    let run_id = begin_run(conn, registers, rulebook, *as_of, now).await?;
    let Judgement { findings, details, parcels, approvals, subjects, digest } = &**judgement;
    for (findings, details) in findings.chunks(FINDINGS_A_BATCH).zip(details.chunks(FINDINGS_A_BATCH)) {
        let rows: Vec<NewFinding<'_>> =
            findings.iter().zip(details).map(|(finding, detail)| new_finding(finding, detail)).collect();
        store::finding::insert(conn, run_id, &rows).await?;
    }
    record_states(conn, run_id, registers, parcels, approvals).await?;
    end_run(conn, run_id, (digest, *subjects), activation).await?;
    transaction.commit().await.map_err(commit)?;
    let mut kinds = BTreeMap::new();
    findings.iter().for_each(|row| add_sum(&mut kinds, row));
    let (findings, supplied) = (findings.len(), SupplySum::of(approvals));
    Ok(RunSummary { run_id, subjects: *subjects, findings, kinds, supplied, digest: digest.clone() })
}

fn begin(source: sqlx::Error) -> EvaluationError {
    EvaluationError::Transaction { step: "开始", source }
}

fn commit(source: sqlx::Error) -> EvaluationError {
    EvaluationError::Transaction { step: "提交", source }
}

/// Records a run of which the findings follow in the same transaction.
async fn begin_run(
    conn: &mut PgConnection,
    registers: &Registers,
    rulebook: &Rulebook,
    as_of: NaiveDate,
    now: DateTime<Utc>,
) -> Result<i64, StoreError> {
    let run = NewRun {
        as_of,
        known_at: registers.known_at.unwrap_or(now),
        rulebook_edition: rulebook.edition().to_owned(),
        rulebook_digest: rulebook.digest().to_string(),
        facts_revision: registers.revision,
        library_versions: library_versions(),
        // Until they are written.
        findings_sha256: "0".repeat(64),
        subjects: 0,
    };
    let run_id = store::run::insert(conn, &run).await?;
    store::rulebook_text::keep(conn, rulebook.digest(), rulebook.edition(), &rulebook.files().files).await?;
    Ok(run_id)
}

/// Writes what the findings come to, once all are there.
async fn end_run(
    conn: &mut PgConnection,
    run_id: i64,
    (digest, subjects): (&str, usize),
    activation: Activation,
) -> Result<(), StoreError> {
    store::run::seal(conn, run_id, digest, i32::try_from(subjects).unwrap_or(i32::MAX)).await?;
    store::finding::analyze(conn).await?;
    if activation == Activation::Activate {
        store::run::set_current(conn, run_id).await?;
    }
    Ok(())
}

/// The registers as recorded at `known_at` (`None`: the present ones), and the instant at which a replay finds these very rows.
///
/// # Errors
/// The database refused, or holds a row that cannot be one.
pub async fn registers(conn: &mut PgConnection, known_at: Option<DateTime<Utc>>) -> Result<Registers, StoreError> {
    let files = store::import::sources(conn).await?;
    let known = store::import::known_instant(conn, known_at).await?;
    Ok(Registers {
        parcels: store::parcel::known_at(conn, known_at).await?,
        buildings: store::building::known_at(conn, known_at).await?,
        approvals: store::approval::known_at(conn, known_at).await?,
        supplies: store::supply::known_at(conn, known_at).await?,
        supply_events: store::supply_event::known_at(conn, known_at).await?,
        deductions: store::deduction::known_at(conn, known_at).await?,
        enterprises: store::enterprise::known_at(conn, known_at).await?,
        occupancies: store::occupancy::known_at(conn, known_at).await?,
        enterprise_years: store::enterprise_year::known_at(conn, known_at).await?,
        projects: store::project::known_at(conn, known_at).await?,
        events: store::project_event::known_at(conn, known_at).await?,
        targets: store::target::known_at(conn, known_at).await?,
        files: files.into_iter().map(|(import, source)| (import, Arc::from(source.file_name))).collect(),
        revision: known.revision,
        known_at: known.instant,
    })
}

/// Only what the target asks for: projects, their events and the targets.
///
/// # Errors
/// The database refused, or holds a row that cannot be one.
pub async fn target_registers(conn: &mut PgConnection) -> Result<Registers, StoreError> {
    Ok(Registers {
        projects: store::project::known_at(conn, None).await?,
        events: store::project_event::known_at(conn, None).await?,
        targets: store::target::known_at(conn, None).await?,
        revision: store::import::latest_revision(conn).await?,
        ..Registers::default()
    })
}

/// Findings written at once; more would only grow the buffer.
const FINDINGS_A_BATCH: usize = 20_000;
/// States likewise.
const STATES_A_BATCH: usize = 20_000;
/// Parts of findings that may wait between the judge and the database.
const AHEAD: usize = 1;

/// Records what lists and maps need of each parcel and approval.
async fn record_states(
    conn: &mut PgConnection,
    run_id: i64,
    registers: &Registers,
    parcels: &[JudgedParcel],
    approvals: &[JudgedApproval],
) -> Result<(), StoreError> {
    for (versions, parcels) in registers.parcels.chunks(STATES_A_BATCH).zip(parcels.chunks(STATES_A_BATCH)) {
        let states: Vec<NewParcelState> =
            versions.iter().zip(parcels).map(|(version, parcel)| parcel_state(version, parcel)).collect();
        store::finding::insert_parcel_states(conn, run_id, &states).await?;
    }
    let approvals: Vec<NewApprovalState> =
        registers.approvals.iter().zip(approvals).map(|(version, judged)| approval_state(version, judged)).collect();
    store::approval_state::insert(conn, run_id, &approvals).await?;
    Ok(())
}

fn parcel_state(version: &Stored<ParcelRecord>, parcel: &JudgedParcel) -> NewParcelState {
    NewParcelState {
        division_code: version.record.division_code.clone(),
        parcel_code: version.record.parcel_code.clone(),
        site_area_m2: parcel.measure.site.m2,
        site_area_basis: parcel.measure.site.basis.as_str(),
        footprint_m2: parcel.measure.footprint_m2,
        counting_floor_area_m2: parcel.measure.counting_floor_area_m2,
        floor_area_basis: parcel.measure.floor_area_basis.map(|basis| basis.as_str()),
        plot_ratio: parcel.plot_ratio(),
        building_density: parcel.building_density(),
        building_count: i32::try_from(parcel.measure.overlay.parts.len()).unwrap_or(i32::MAX),
        kinds: parcel.kinds.iter().map(|kind| kind.as_str().to_owned()).collect(),
        counted_kind: parcel.counted_kind.map(|kind| kind.as_str().to_owned()),
        flagged_area_m2: parcel.flagged_area_m2,
        undetermined_count: i32::try_from(parcel.undetermined_count).unwrap_or(i32::MAX),
    }
}

fn approval_state(version: &Stored<ApprovalRecord>, judged: &JudgedApproval) -> NewApprovalState {
    NewApprovalState {
        division_code: version.record.division_code.clone(),
        approval_number: version.record.approval_number.clone(),
        standing: judged.standing.as_str(),
        approved_on: version.record.approved_on,
        areas: judged.leftover.as_ref().map(|leftover| ApprovalAreas {
            ground_m2: leftover.ground_m2,
            supplied_m2: leftover.covered_m2,
            deducted_m2: leftover.deducted_m2,
            sliver_m2: leftover.sliver_m2,
            leftover_m2: leftover.leftover_m2,
            counted_m2: leftover.counted_m2,
        }),
    }
}

fn new_finding<'a>(row: &JudgedFinding, detail: &'a str) -> NewFinding<'a> {
    let flag = if row.flagged_area_m2.is_some() { row.finding.flag.map(|kind| kind.as_str()) } else { None };
    NewFinding {
        division_code: row.division_code.clone(),
        subject_kind: row.subject.as_str(),
        subject_code: row.subject_code.clone(),
        rule_id: row.finding.rule.as_str().to_owned(),
        parcel_code: row.parcel_code.clone(),
        force: row.finding.force.as_str(),
        outcome: OutcomeCode::of(&row.finding.outcome).as_str(),
        flag,
        flagged_area_m2: row.flagged_area_m2,
        detail,
        geom: row.surface.clone(),
    }
}

fn add_sum(sums: &mut BTreeMap<&'static str, KindSum>, row: &JudgedFinding) {
    if let (Some(area), Some(kind)) = (row.flagged_area_m2, row.finding.flag) {
        let sum = sums.entry(kind.as_str()).or_default();
        sum.count += 1;
        sum.area_m2 += area;
    }
}

/// Areas and overlays depend on these.
fn library_versions() -> BTreeMap<String, String> {
    [("mujun".to_owned(), env!("CARGO_PKG_VERSION").to_owned()), ("proj".to_owned(), mujun_geometry::reproject::proj_version())]
        .into()
}
