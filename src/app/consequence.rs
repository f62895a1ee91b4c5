//! 提交之前看后果。What an import would change if it were committed: rows, flags and the target, evaluated inside its own
//! transaction by the law and on the day of the current run, so that the data is the only thing that moves. Records nothing.

mod compare;
mod reach;

use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use mujun_domain::finding::Finding;
use mujun_domain::rulebook::Rulebook;
use mujun_domain::subject::SubjectKind;
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;

use super::import::{ImportProgress, ImportStep, Watch};
use super::judgement::{JudgedFinding, decide_on};
use super::measuring::MeasureError;
use super::registers::Registers;
use super::rulebook::{FindError, kept};
use super::target::{TargetError, TargetProgress, progress};
use crate::register::{ProjectEventRecord, ProjectRecord, RegisterKind, TargetRecord};
use crate::store::{self, StoreError, Stored};
use compare::Comparison;
use reach::{Key, NeededRows, Reach, Subjects};

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

/// Changed rows whose reach is judged at once, at most.
const STRETCH: i64 = 20_000;

/// And in the beginning, when it is not known yet how far rows reach.
const FIRST_STRETCH: i64 = 1_000;

/// Parcels that are to be judged at once, and that may be: memory is what these rest on, however many rows the import has. Rows scattered
/// over the city reach far more than rows that lie together, and are taken fewer at a time.
const MEANT_PARCELS: i64 = 3_000;
const MOST_PARCELS: i64 = 4_500;

/// What committing the import would change; `None` before the first run, as there is nothing yet that could change.
/// Runs in the import's own transaction, after its rows were merged and its counts completed. Only the subjects that the import can
/// reach are judged, before and after, stretch by stretch of its rows.
///
/// # Errors
/// See [`ConsequenceError`]; nothing was recorded.
pub async fn foresee(conn: &mut PgConnection, import_id: i64, watch: Watch<'_>) -> Result<Option<Consequence>, ConsequenceError> {
    foresee_by(conn, import_id, STRETCH, None, watch).await
}

/// Is shown the findings of one stretch before and after.
type See<'a> = &'a mut (dyn FnMut(&[JudgedFinding], &[JudgedFinding]) + Send);

/// As [`foresee`], so many changed rows at a time; `see` is shown every finding of what is judged. Where nobody sees them, only those are
/// held that can be flags: nothing else is compared.
///
/// # Errors
/// As [`foresee`].
#[doc(hidden)]
pub async fn foresee_by(
    conn: &mut PgConnection,
    import_id: i64,
    stretch: i64,
    mut see: Option<See<'_>>,
    watch: Watch<'_>,
) -> Result<Option<Consequence>, ConsequenceError> {
    watch(ImportProgress { step: ImportStep::Foreseeing, rows: 0, of: None });
    let Some(run) = store::run::current(conn).await? else { return Ok(None) };
    let Some(at_work) = store::consequence::at_work(conn, import_id).await? else { return Ok(None) };
    let Ok(kind) = at_work.kind.parse::<RegisterKind>() else { return Ok(None) };
    let law = Arc::new(kept(conn, &run.run.rulebook_digest).await.map_err(ConsequenceError::Law)?);
    let as_of = run.run.as_of;
    let names = store::read::division::names(conn).await?.into_iter().collect();
    let files: HashMap<i64, Arc<str>> =
        store::import::sources(conn).await?.into_iter().map(|(import, source)| (import, Arc::from(source.file_name))).collect();
    let before = Renovations::known_at(conn, at_work.known_before).await?;
    let after = match kind {
        RegisterKind::Projects | RegisterKind::ProjectEvents | RegisterKind::Targets => Renovations::now(conn).await?,
        _ => before.clone(),
    };
    let target = compare::targets(before.progress(as_of)?.as_ref(), after.progress(as_of)?.as_ref(), &names);

    let mut rows = store::consequence::list_moved(conn, kind, import_id, at_work.received_at).await?;
    let buildings = store::consequence::some_buildings(conn, import_id, at_work.received_at).await?;
    if reaches_everything(conn, kind, import_id, &buildings, (&before, &after)).await? {
        rows += store::consequence::list_everything(conn).await?;
    }
    let part = Part { kind, import_id, buildings, files, renovations: (before, after), law: law.clone(), as_of };
    let (mut comparison, mut judged, mut place, mut size) =
        (Comparison::default(), HashSet::new(), 0, stretch.min(FIRST_STRETCH));
    loop {
        let moved = store::consequence::stretch(conn, place, size).await?;
        let Some(last) = moved.last().map(|last| last.place) else { break };
        let rows_taken = i64::try_from(moved.len()).unwrap_or(size);
        let reach = reach::reach(conn, kind, moved).await?;
        let reached = i64::try_from(reach.subjects.parcels.len()).unwrap_or(i64::MAX).max(1);
        size = rows_taken.saturating_mul(MEANT_PARCELS).div_euclid(reached).clamp(1, stretch);
        if reached > MOST_PARCELS && rows_taken > 1 {
            continue;
        }
        place = last;
        let turns = turns(&reach.subjects, &mut judged);
        if turns.contains(&Turn::First) {
            let asked = if see.is_some() { Asked::All } else { Asked::Flags };
            let (old, new) = part.judged(conn, reach, turns, asked).await?;
            if let Some(see) = &mut see {
                see(&old, &new);
            }
            comparison.add(&old, &new, &names, CHANGES_TOLD);
        }
        watch(ImportProgress { step: ImportStep::Foreseeing, rows: place.unsigned_abs(), of: Some(rows) });
    }
    let (sums, changes, changes_total) = comparison.told();
    Ok(Some(Consequence {
        as_of,
        rulebook_edition: law.edition().to_owned(),
        rulebook_digest: law.digest().to_string(),
        rows: RowFates {
            new: at_work.rows_new,
            changed: at_work.rows_changed,
            unchanged: at_work.rows_unchanged,
            quarantined: at_work.rows_quarantined,
            closed: store::lineage::closed(conn, import_id).await?,
        },
        sums,
        changes,
        changes_total,
        target,
    }))
}

/// Whether the import changes what is known of every parcel: the first buildings or the first renovation projects do, as before them
/// nothing was known of any.
async fn reaches_everything(
    conn: &mut PgConnection,
    kind: RegisterKind,
    import_id: i64,
    buildings: &[(String, i64, bool)],
    (before, after): (&Renovations, &Renovations),
) -> Result<bool, StoreError> {
    Ok(match kind {
        RegisterKind::Buildings => {
            let versions: Vec<(String, i64)> =
                buildings.iter().map(|(division, version, _)| (division.clone(), *version)).collect();
            let rows = store::building::of_versions(conn, &versions).await?;
            !rows.is_empty() && rows.iter().all(|row| row.import_id == import_id)
        }
        RegisterKind::Projects => before.projects.is_empty() != after.projects.is_empty(),
        _ => false,
    })
}

/// A subject in eight bytes: a city has millions, and each is judged only once. One of ten million subjects is taken for another in one of
/// 300,000 trials.
type Mark = u64;

/// Which findings are held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asked {
    All,
    Flags,
}

/// Whether a subject that is reached again was judged before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Turn {
    First,
    Again,
}

/// For each subject of a reach whether it is judged now.
fn turns(subjects: &Subjects, judged: &mut HashSet<Mark>) -> Vec<Turn> {
    subjects.iter().map(|subject| if judged.insert(mark(subject)) { Turn::First } else { Turn::Again }).collect()
}

fn mark(subject: (SubjectKind, &Key)) -> Mark {
    let mut hasher = DefaultHasher::new();
    subject.hash(&mut hasher);
    hasher.finish()
}

/// Projects, their events and the targets: few enough to be held whole.
#[derive(Clone, Debug, Default)]
struct Renovations {
    projects: Vec<Stored<ProjectRecord>>,
    events: Vec<Stored<ProjectEventRecord>>,
    targets: Vec<Stored<TargetRecord>>,
}

impl Renovations {
    /// As they were known; nothing was known at no instant.
    async fn known_at(conn: &mut PgConnection, instant: Option<DateTime<Utc>>) -> Result<Renovations, StoreError> {
        if instant.is_none() { Ok(Renovations::default()) } else { Renovations::read(conn, instant).await }
    }

    async fn now(conn: &mut PgConnection) -> Result<Renovations, StoreError> {
        Renovations::read(conn, None).await
    }

    async fn read(conn: &mut PgConnection, instant: Option<DateTime<Utc>>) -> Result<Renovations, StoreError> {
        Ok(Renovations {
            projects: store::project::known_at(conn, instant).await?,
            events: store::project_event::known_at(conn, instant).await?,
            targets: store::target::known_at(conn, instant).await?,
        })
    }

    fn put_into(self, registers: &mut Registers) {
        (registers.projects, registers.events, registers.targets) = (self.projects, self.events, self.targets);
    }

    fn progress(&self, as_of: NaiveDate) -> Result<Option<TargetProgress>, TargetError> {
        let mut registers = Registers::default();
        self.clone().put_into(&mut registers);
        progress(&registers, None, as_of)
    }
}

/// What is the same for every stretch.
struct Part {
    kind: RegisterKind,
    import_id: i64,
    buildings: Vec<(String, i64, bool)>,
    files: HashMap<i64, Arc<str>>,
    /// Before and after.
    renovations: (Renovations, Renovations),
    law: Arc<Rulebook>,
    as_of: NaiveDate,
}

/// The registers that are read in part, as kind, field and module.
macro_rules! of_each_register {
    ($does:ident) => {
        $does! {
            Parcels: parcels = parcel;
            Buildings: buildings = building;
            Approvals: approvals = approval;
            Supplies: supplies = supply;
            SupplyEvents: supply_events = supply_event;
            Deductions: deductions = deduction;
            Enterprises: enterprises = enterprise;
            Occupancies: occupancies = occupancy;
            EnterpriseYears: enterprise_years = enterprise_year;
        }
    };
}

impl Part {
    /// The findings before and after the import on the subjects of a reach whose first turn it is, judged from the rows that they
    /// rest on.
    async fn judged(
        &self,
        conn: &mut PgConnection,
        reach: Reach,
        turns: Vec<Turn>,
        asked: Asked,
    ) -> Result<(Vec<JudgedFinding>, Vec<JudgedFinding>), ConsequenceError> {
        let Reach { subjects, rows, mut former } = reach;
        if self.kind == RegisterKind::Buildings {
            former.extend(self.buildings.iter().filter(|(.., ended)| *ended).map(|(_, version, _)| *version));
        }
        let (mut registers, brought) = self.registers(conn, rows).await?;
        let (law, as_of, kind) = (self.law.clone(), self.as_of, self.kind);
        let judging = tokio::task::spawn_blocking(move || {
            let turn_of: HashMap<(SubjectKind, &str, &str), Turn> = subjects
                .iter()
                .zip(turns)
                .map(|((subject, (division, code)), turn)| ((subject, &**division, &**code), turn))
                .collect();
            let of = |registers: &Registers| -> Result<Vec<JudgedFinding>, ConsequenceError> {
                let is_reached = |subject, division: &str, code: &str| turn_of.contains_key(&(subject, division, code));
                let is_asked = |finding: &Finding| asked == Asked::All || finding.flag.is_some();
                let mut findings = decide_on(registers, &law, as_of, is_reached, is_asked)?.findings;
                findings.retain(|row| turn_of.get(&(row.subject, &row.division_code, &row.subject_code)) == Some(&Turn::First));
                Ok(findings)
            };
            let before = of(&registers)?;
            take_in(&mut registers, brought, kind, &former);
            Ok((before, of(&registers)?))
        });
        judging.await.map_err(ConsequenceError::Task)?
    }

    /// The rows before the import, and those that it brings.
    async fn registers(&self, conn: &mut PgConnection, mut rows: NeededRows) -> Result<(Registers, Registers), StoreError> {
        let (mut before, mut brought) = (Registers { files: self.files.clone(), ..Registers::default() }, Registers::default());
        let (old, new) = self.renovations.clone();
        old.put_into(&mut before);
        new.put_into(&mut brought);
        macro_rules! read {
            ($($kind:ident: $field:ident = $register:ident;)*) => {$(
                let mut versions: Vec<(String, i64)> =
                    rows.remove(&RegisterKind::$kind).into_iter().flatten().collect();
                if RegisterKind::$kind == RegisterKind::Buildings {
                    // Wherever it stands: that there is one tells an empty parcel from a city that was not surveyed.
                    versions.extend(self.buildings.iter().map(|(division, version, _)| (division.clone(), *version)));
                }
                before.$field = store::$register::of_versions(conn, &versions).await?;
                if self.kind == RegisterKind::$kind {
                    brought.$field = before.$field.extract_if(.., |row| row.import_id == self.import_id).collect();
                }
            )*};
        }
        of_each_register!(read);
        Ok((before, brought))
    }
}

/// Makes of the rows before an import those after it.
fn take_in(registers: &mut Registers, brought: Registers, kind: RegisterKind, former: &HashSet<i64>) {
    macro_rules! take {
        ($($kind:ident: $field:ident = $register:ident;)*) => {$(
            if kind == RegisterKind::$kind {
                registers.$field.retain(|row| !former.contains(&row.version_id));
                registers.$field.extend(brought.$field);
                store::in_order(&mut registers.$field);
            }
        )*};
    }
    of_each_register!(take);
    (registers.projects, registers.events, registers.targets) = (brought.projects, brought.events, brought.targets);
}
