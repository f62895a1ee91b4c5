//! 提交之前看后果。What an import would change if it were committed: rows, flags and the target, evaluated inside its own
//! transaction by the law and on the day of the current run, so that the data is the only thing that moves. Records nothing.

mod compare;

use std::sync::Arc;

use chrono::NaiveDate;
use mujun_domain::rulebook::Rulebook;
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;

use super::evaluation::registers;
use super::import::{ImportProgress, ImportStep, Watch};
use super::judgement::{JudgedFinding, decide};
use super::measuring::MeasureError;
use super::registers::Registers;
use super::rulebook::{FindError, kept};
use super::target::{TargetError, TargetProgress, progress};
use crate::register::RegisterKind;
use crate::store::{self, StoreError};

/// Changes that are told one by one; the sums count all of them.
const CHANGES_TOLD: usize = 200;

/// What would be otherwise if an import were committed. Areas in m² and in 亩, each square metre once.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Consequence {
    /// 法律时点：现行评价批的。
    pub as_of: NaiveDate,
    /// 规则库版本名。
    pub rulebook_edition: String,
    /// 规则库摘要。
    pub rulebook_digest: String,
    /// 各行的去向。
    pub rows: RowFates,
    /// 标记的增减，按行政区与类别；没有变化的不列。
    pub sums: Vec<FlagSum>,
    /// 先列出的变化，按行政区、类别与编号。
    pub changes: Vec<FlagChange>,
    /// 变化的总数；多于 `changes` 的条数时，其余的只计入 `sums`。
    pub changes_total: usize,
    /// 目标任务的变化；没有登记任务为空。
    pub target: Option<TargetMove>,
}

/// 各行的去向。
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowFates {
    /// 新增。
    pub new: i32,
    /// 变更。
    pub changed: i32,
    /// 未变。
    pub unchanged: i32,
    /// 隔离。
    pub quarantined: i32,
    /// 因分割、合并、调整、换号而关闭的原宗地。
    pub closed: i64,
}

/// Flags of one county and kind that come, go and change in size.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct FlagSum {
    /// 行政区划代码。
    pub division_code: String,
    /// 行政区名称；没有登记为空。
    pub division_name: Option<String>,
    /// 疑似类别，如 `underused`。
    pub kind: String,
    /// 类别，中文。
    pub kind_label: String,
    /// 将出现的处数。
    pub appeared: usize,
    /// 其面积，m²。
    pub appeared_m2: f64,
    /// 其面积，亩。
    pub appeared_mu: f64,
    /// 将消失的处数。
    pub vanished: usize,
    /// 其面积，m²。
    pub vanished_m2: f64,
    /// 其面积，亩。
    pub vanished_mu: f64,
    /// 面积变化的处数。
    pub resized: usize,
    /// 面积变化之和，m²，增为正。
    pub resized_m2: f64,
    /// 面积变化之和，亩，增为正。
    pub resized_mu: f64,
    /// 净变化，m²。
    pub net_m2: f64,
    /// 净变化，亩。
    pub net_mu: f64,
}

/// What would happen to a flag.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FlagFate {
    /// 将出现
    Appears,
    /// 将消失
    Vanishes,
    /// 面积将变化
    Resized,
}

impl FlagFate {
    /// 中文名称。
    pub fn label_zh(self) -> &'static str {
        match self {
            FlagFate::Appears => "将出现",
            FlagFate::Vanishes => "将消失",
            FlagFate::Resized => "面积将变化",
        }
    }
}

/// One flag that would be otherwise, and why.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FlagChange {
    /// 变化。
    pub fate: FlagFate,
    /// 变化，中文。
    pub fate_label: String,
    /// 行政区划代码。
    pub division_code: String,
    /// 对象种类。
    pub subject_kind: String,
    /// 对象编号。
    pub subject_code: String,
    /// 所涉宗地代码。
    pub parcel_code: Option<String>,
    /// 规则编号。
    pub rule: String,
    /// 规则标题。
    pub title: String,
    /// 疑似类别。
    pub kind: String,
    /// 类别，中文。
    pub kind_label: String,
    /// 之前的面积，m²。
    pub before_m2: f64,
    /// 之后的面积，m²。
    pub after_m2: f64,
    /// 净变化，亩。
    pub net_mu: f64,
    /// 缘由：哪些事实不同，出自哪一行。
    pub reasons: Vec<String>,
}

/// 目标任务的变化。
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TargetMove {
    /// 任务名称。
    pub name: String,
    /// 之前的核定面积，亩。
    pub before_mu: f64,
    /// 之后的核定面积，亩。
    pub after_mu: f64,
    /// 有变化的县（市、区）。
    pub counties: Vec<CountyMove>,
}

/// 一个县（市、区）核定面积的变化。
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CountyMove {
    /// 行政区划代码。
    pub division_code: String,
    /// 行政区名称；没有登记为空。
    pub division_name: Option<String>,
    /// 之前，亩。
    pub before_mu: f64,
    /// 之后，亩。
    pub after_mu: f64,
}

/// Why the consequences could not be told.
#[derive(Debug, thiserror::Error)]
pub enum ConsequenceError {
    /// The database refused.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The law of the current run is not to be had.
    #[error("现行评价批的规则库不可得，无从预演结论")]
    Law(#[source] FindError),
    /// The city could not be measured.
    #[error(transparent)]
    Measure(#[from] MeasureError),
    /// The target could not be told.
    #[error(transparent)]
    Target(#[from] TargetError),
    /// A background task was lost.
    #[error("预演结论的后台任务中断")]
    Task(#[source] tokio::task::JoinError),
}

/// What committing the import would change; `None` before the first run, as there is nothing yet that could change.
/// Runs in the import's own transaction, after its rows were merged and its counts completed.
///
/// # Errors
/// See [`ConsequenceError`]; nothing was recorded.
pub async fn foresee(conn: &mut PgConnection, import_id: i64, watch: Watch<'_>) -> Result<Option<Consequence>, ConsequenceError> {
    watch(ImportProgress { step: ImportStep::Foreseeing, rows: 0, of: None });
    let Some(run) = store::run::current(conn).await? else { return Ok(None) };
    let Some(at_work) = store::consequence::at_work(conn, import_id).await? else { return Ok(None) };
    let law = Arc::new(kept(conn, &run.run.rulebook_digest).await.map_err(ConsequenceError::Law)?);
    let as_of = run.run.as_of;
    let rows = RowFates {
        new: at_work.rows_new,
        changed: at_work.rows_changed,
        unchanged: at_work.rows_unchanged,
        quarantined: at_work.rows_quarantined,
        closed: store::lineage::closed(conn, import_id).await?,
    };
    let mut consequence = Consequence {
        as_of,
        rulebook_edition: law.edition().to_owned(),
        rulebook_digest: law.digest().to_string(),
        rows,
        ..Consequence::default()
    };
    let moved = at_work.kind.parse::<RegisterKind>().ok();
    let before = match at_work.known_before {
        Some(_) => registers(conn, at_work.known_before).await?,
        None => Registers::default(),
    };
    let (before, old) = evaluated(before, law.clone(), as_of).await?;
    let after = as_they_would_be(conn, before, moved).await?;
    let (_, new) = evaluated(after, law, as_of).await?;

    let names = store::read::division::names(conn).await?.into_iter().collect();
    let flags = compare::flags(&old.findings, &new.findings, &names, CHANGES_TOLD);
    (consequence.sums, consequence.changes, consequence.changes_total) = flags;
    consequence.target = compare::targets(old.target.as_ref(), new.target.as_ref(), &names);
    Ok(Some(consequence))
}

struct Evaluated {
    findings: Vec<JudgedFinding>,
    target: Option<TargetProgress>,
}

async fn evaluated(
    registers: Registers,
    law: Arc<Rulebook>,
    as_of: NaiveDate,
) -> Result<(Registers, Evaluated), ConsequenceError> {
    let judging = tokio::task::spawn_blocking(move || {
        let findings = decide(&registers, &law, as_of)?.findings;
        let target = progress(&registers, None, as_of)?;
        Ok((registers, Evaluated { findings, target }))
    });
    judging.await.map_err(ConsequenceError::Task)?
}

/// The registers as the transaction sees them: only the one that is imported differs from before, so only that is read again.
async fn as_they_would_be(
    conn: &mut PgConnection,
    before: Registers,
    moved: Option<RegisterKind>,
) -> Result<Registers, StoreError> {
    let mut after = before;
    macro_rules! read_again {
        ($($kind:ident: $field:ident = $register:ident;)*) => {
            match moved {
                $(Some(RegisterKind::$kind) => {
                    after.$field = Vec::new();
                    after.$field = store::$register::known_at(conn, None).await?;
                })*
                // No finding asks for a boundary or a zone.
                Some(RegisterKind::Divisions | RegisterKind::Zones) => {}
                None => return registers(conn, None).await,
            }
        };
    }
    read_again! {
        Parcels: parcels = parcel;
        Buildings: buildings = building;
        Approvals: approvals = approval;
        Supplies: supplies = supply;
        SupplyEvents: supply_events = supply_event;
        Deductions: deductions = deduction;
        Enterprises: enterprises = enterprise;
        Occupancies: occupancies = occupancy;
        EnterpriseYears: enterprise_years = enterprise_year;
        Projects: projects = project;
        ProjectEvents: events = project_event;
        Targets: targets = target;
    }
    let files = store::import::sources(conn).await?;
    after.files = files.into_iter().map(|(import, source)| (import, Arc::from(source.file_name))).collect();
    Ok(after)
}
