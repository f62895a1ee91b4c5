//! The life of a flag: records what people decide, beside what the computation says at that moment, and answers the history.
//! Nothing here moves by itself: a later run changes no state, it is only shown beside it. Subjects and rules are matched
//! from run to run by their keys.

mod parse;

use chrono::NaiveDate;
use mujun_domain::kind::Kind;
use mujun_domain::life::decision::Circumstances;
use mujun_domain::life::{self, BrokenLife, Decision, DecisionFault, Mark, Step, TransitionFault};

pub use mujun_domain::life::{Conclusion, DisposalKind, State as LifeState};
pub use parse::{Request, RequestFault, parse};

use crate::app::query::{FindingKey, FindingRow, QueryError, Scope, scope_of, snapshot};
use crate::app::state::State;
use crate::store::determination::{self, Insertion, NewDetermination};
use crate::store::{StoreError, read};

pub use crate::store::determination::{DeterminationRow, LapsedRow, Original, StateRow};

/// A flag with everything people decided about it.
#[derive(Clone, Debug, PartialEq)]
pub struct Life {
    /// The run whose word `finding` and `original` are.
    pub scope: Scope,
    /// The finding.
    pub key: FindingKey,
    /// What the current run says; `None` where it says nothing any more.
    pub finding: Option<FindingRow>,
    /// What would be frozen beside a decision now.
    pub original: Original,
    /// The decisions, first to last.
    pub history: Vec<DeterminationRow>,
    /// Where it stands.
    pub state: LifeState,
    /// What the current run says, in a word.
    pub mark: Mark,
}

impl Life {
    /// Whether there is a flag, or was one that people decided about. Only then is there anything to decide.
    pub fn has_begun(&self) -> bool {
        self.mark == Mark::Flagged || !self.history.is_empty()
    }

    /// 类别：what is flagged, or was when it was last flagged.
    pub fn kind(&self) -> Option<Kind> {
        kind(&self.original, &self.history)
    }

    /// Whether the computation says something else than it did beside the last decision.
    pub fn is_original_changed(&self) -> bool {
        self.history.last().is_some_and(|last| last.original.finding_sha256 != self.original.finding_sha256)
    }
}

/// What whoever decides has seen. A decision is about that, or it is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// The number of the last decision; 0 when there was none.
    pub sequence: i32,
    /// The digest of the finding; `None` when the run said nothing.
    pub finding_sha256: Option<String>,
}

/// Why a decision was not recorded, or a history not answered.
#[derive(Debug, thiserror::Error)]
pub enum LifeError {
    /// No such finding, now or when anybody decided.
    #[error("没有这一结论")]
    NotFound,
    /// The finding flags nothing, so there is nothing to decide.
    #[error("这一结论没有疑似标记")]
    NotFlagged,
    /// Others decided meanwhile.
    #[error("其间已有新的办理记录")]
    Overtaken {
        /// What they decided.
        meanwhile: Vec<DeterminationRow>,
    },
    /// Another evaluation says something else of the finding than what was seen.
    #[error("其间已重新评价，结论有变化")]
    FindingChanged,
    /// The step does not follow.
    #[error(transparent)]
    NotPossible(TransitionFault),
    /// The decision says too little, too much or something impossible.
    #[error("办理内容有 {} 处问题", .0.len())]
    Faulty(Vec<DecisionFault>),
    /// The stored decisions cannot have happened in that order.
    #[error("办理记录不成立：{key}")]
    Broken {
        /// Which finding.
        key: String,
        /// Why.
        #[source]
        source: BrokenLife,
    },
    /// A stored step is not one of ours.
    #[error("办理记录中有不认识的步骤“{step}”：{key}")]
    UnknownStep {
        /// Which finding.
        key: String,
        /// The word.
        step: String,
    },
    /// The database could not be read.
    #[error(transparent)]
    Query(#[from] QueryError),
}

impl From<StoreError> for LifeError {
    fn from(error: StoreError) -> LifeError {
        LifeError::Query(error.into())
    }
}

fn named(key: &FindingKey) -> String {
    format!("{} {} {} {}", key.division_code, key.subject_kind, key.subject_code, key.rule_id)
}

/// The decisions are the truth; the state stored beside each is only for lists.
fn state_after(key: &FindingKey, history: &[DeterminationRow]) -> Result<LifeState, LifeError> {
    let unknown = |row: &DeterminationRow| LifeError::UnknownStep { key: named(key), step: row.step.clone() };
    let steps: Vec<Step> =
        history.iter().map(|row| Step::from_code(&row.step).ok_or_else(|| unknown(row))).collect::<Result<_, _>>()?;
    life::fold(steps).map_err(|source| LifeError::Broken { key: named(key), source })
}

fn kind(now: &Original, history: &[DeterminationRow]) -> Option<Kind> {
    let before = history.iter().rev().map(|row| &row.original);
    std::iter::once(now).chain(before).find_map(|original| Kind::from_code(original.flag.as_deref()?))
}

fn mark(original: &Original) -> Mark {
    match (&original.outcome, &original.flag) {
        (None, _) => Mark::Absent,
        (Some(_), Some(_)) => Mark::Flagged,
        (Some(_), None) => Mark::NotFlagged,
    }
}

/// A finding with its history.
///
/// # Errors
/// [`LifeError::NotFound`] when the current run knows no such finding and nobody ever decided about one.
pub async fn life(state: &State, key: &FindingKey) -> Result<Life, LifeError> {
    let mut conn = snapshot(state).await?;
    let scope = scope_of(&mut conn).await?;
    let original = determination::original(&mut conn, key).await?.ok_or(QueryError::NoRun)?;
    let history = determination::history(&mut conn, key).await?;
    if original.outcome.is_none() && history.is_empty() {
        return Err(LifeError::NotFound);
    }
    let findings = read::finding::of_subject(&mut conn, &key.subject_kind, &key.division_code, &key.subject_code).await?;
    Ok(Life {
        finding: findings.into_iter().find(|row| row.rule_id == key.rule_id),
        state: state_after(key, &history)?,
        mark: mark(&original),
        key: key.clone(),
        scope,
        original,
        history,
    })
}

/// Records a decision about a finding, with what the current run says of it frozen beside.
///
/// # Errors
/// See [`LifeError`]; nothing was recorded.
pub async fn record(
    state: &State,
    key: &FindingKey,
    seen: &Seen,
    decision: &Decision,
    today: NaiveDate,
) -> Result<(), LifeError> {
    let failed = |step| move |source| StoreError::Query { step, source };
    let mut transaction = state.pool.begin().await.map_err(failed("开始登记"))?;
    let conn = &mut *transaction;
    let original = determination::original(conn, key).await?.ok_or(QueryError::NoRun)?;
    let history = determination::history(conn, key).await?;
    if original.outcome.is_none() && history.is_empty() {
        return Err(LifeError::NotFound);
    }
    let last = history.last().map_or(0, |row| row.sequence);
    if last != seen.sequence {
        return Err(overtaken(history, seen));
    }
    if original.finding_sha256 != seen.finding_sha256 {
        return Err(LifeError::FindingChanged);
    }
    if original.flag.is_none() && history.is_empty() {
        return Err(LifeError::NotFlagged);
    }
    let standing = state_after(key, &history)?;
    let after = life::next(standing, decision.step).map_err(LifeError::NotPossible)?;
    let previous = history.last().map(|row| row.decided_on);
    let circumstances = Circumstances { state: standing, kind: kind(&original, &history), previous, today };
    let faults = decision.faults(circumstances);
    if !faults.is_empty() {
        return Err(LifeError::Faulty(faults));
    }
    let row = NewDetermination {
        sequence: last + 1,
        step: decision.step.as_str(),
        state_after: after.as_str(),
        decided_by: decision.decided_by.clone(),
        decided_on: decision.decided_on,
        reason: decision.reason.clone(),
        document_number: decision.document.as_ref().map(|document| document.number.clone()),
        document_dated: decision.document.as_ref().and_then(|document| document.dated),
        disposal_kind: decision.disposal.map(DisposalKind::as_str),
        conclusion: decision.conclusion.map(Conclusion::as_str),
        original,
    };
    match determination::insert(conn, key, &row).await? {
        Insertion::Recorded => Ok(transaction.commit().await.map_err(failed("提交登记"))?),
        // Somebody's decision was committed between our reading and our writing; a new reading sees it.
        Insertion::Overtaken => Err(overtaken(determination::history(conn, key).await?, seen)),
    }
}

fn overtaken(history: Vec<DeterminationRow>, seen: &Seen) -> LifeError {
    LifeError::Overtaken { meanwhile: history.into_iter().filter(|row| row.sequence > seen.sequence).collect() }
}
