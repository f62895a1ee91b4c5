//! 标记的办理: what people decide about a computed flag, step by step, and which step may follow which.
//! A flag is a suspicion (疑似) until a person moves it; nothing here looks at a finding, a clock or a register.
//! What a single decision must say is in [`decision`]. The working systems keep “疑似” (computed) and “认定” (decided by
//! a document) apart; so does this.

pub mod decision;
mod word;

use serde::{Serialize, Serializer};

pub use decision::{Decision, DecisionFault, Document, Field};
pub use word::{Conclusion, DisposalKind};

/// 办理状态。Where a flag stands after the decisions taken so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// 疑似：只有计算，还没有人核实
    Suspected,
    /// 已核实：有人看过，属实
    Verified,
    /// 不属实：核实不属实，或申诉成立
    Refuted,
    /// 已认定：有文书
    Determined,
    /// 处置中
    Disposed,
    /// 已销号
    Closed,
    /// 申诉中；被申诉的那一步暂停，申诉不成立时回到那里
    UnderAppeal(Appealed),
}

/// What an appeal is against: where the flag stood before, and stands again when the appeal is dismissed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Appealed {
    /// 对核实的申诉
    Verified,
    /// 对认定的申诉
    Determined,
    /// 对处置的申诉
    Disposed,
}

impl Appealed {
    fn state(self) -> State {
        match self {
            Appealed::Verified => State::Verified,
            Appealed::Determined => State::Determined,
            Appealed::Disposed => State::Disposed,
        }
    }
}

impl State {
    /// Every state a list can show, in the order of the life; an appeal is one of them, whatever it is against.
    pub const ALL: [State; 7] = [
        State::Suspected,
        State::Verified,
        State::Refuted,
        State::Determined,
        State::Disposed,
        State::Closed,
        State::UnderAppeal(Appealed::Determined),
    ];

    /// The word used in JSON, SQL and URLs.
    pub fn as_str(self) -> &'static str {
        match self {
            State::Suspected => "suspected",
            State::Verified => "verified",
            State::Refuted => "refuted",
            State::Determined => "determined",
            State::Disposed => "disposed",
            State::Closed => "closed",
            State::UnderAppeal(_) => "under_appeal",
        }
    }

    /// 中文名称。
    pub fn label_zh(self) -> &'static str {
        match self {
            State::Suspected => "疑似",
            State::Verified => "已核实",
            State::Refuted => "不属实",
            State::Determined => "已认定",
            State::Disposed => "处置中",
            State::Closed => "已销号",
            State::UnderAppeal(_) => "申诉中",
        }
    }

    /// The label of a state's word, or `None`.
    pub fn label_of(word: &str) -> Option<&'static str> {
        State::ALL.into_iter().find(|state| state.as_str() == word).map(State::label_zh)
    }

    /// The steps that may follow, in the order of [`Step::ALL`]. Never empty: what was decided can be looked at again.
    pub fn possible_steps(self) -> Vec<Step> {
        Step::ALL.into_iter().filter(|step| next(self, *step).is_ok()).collect()
    }
}

impl Serialize for State {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// 办理步骤。One decision of a person or an office.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// 核实属实
    Verified,
    /// 核实不属实
    VerifiedNot,
    /// 认定
    Determined,
    /// 处置
    Disposed,
    /// 销号
    Closed,
    /// 申诉
    Appealed,
    /// 申诉成立
    AppealUpheld,
    /// 申诉不成立
    AppealDismissed,
    /// 重新核查
    Reopened,
}

impl Step {
    /// Every step, in the order of the life.
    pub const ALL: [Step; 9] = [
        Step::Verified,
        Step::VerifiedNot,
        Step::Determined,
        Step::Disposed,
        Step::Closed,
        Step::Appealed,
        Step::AppealUpheld,
        Step::AppealDismissed,
        Step::Reopened,
    ];

    /// The word used in JSON and SQL.
    pub fn as_str(self) -> &'static str {
        match self {
            Step::Verified => "verified",
            Step::VerifiedNot => "verified_not",
            Step::Determined => "determined",
            Step::Disposed => "disposed",
            Step::Closed => "closed",
            Step::Appealed => "appealed",
            Step::AppealUpheld => "appeal_upheld",
            Step::AppealDismissed => "appeal_dismissed",
            Step::Reopened => "reopened",
        }
    }

    /// The step of that word, or `None`.
    pub fn from_code(word: &str) -> Option<Step> {
        Step::ALL.into_iter().find(|step| step.as_str() == word)
    }

    /// 中文名称。
    pub fn label_zh(self) -> &'static str {
        match self {
            Step::Verified => "核实属实",
            Step::VerifiedNot => "核实不属实",
            Step::Determined => "认定",
            Step::Disposed => "处置",
            Step::Closed => "销号",
            Step::Appealed => "申诉",
            Step::AppealUpheld => "申诉成立",
            Step::AppealDismissed => "申诉不成立",
            Step::Reopened => "重新核查",
        }
    }

    /// Whether the step rests on a document that must be named: what binds others, and what undoes such a document.
    pub fn needs_document(self, from: State) -> bool {
        match self {
            Step::Determined | Step::Disposed | Step::Closed | Step::AppealUpheld | Step::AppealDismissed => true,
            Step::Reopened => matches!(from, State::Determined | State::Disposed | State::Closed),
            Step::Verified | Step::VerifiedNot | Step::Appealed => false,
        }
    }
}

impl Serialize for Step {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// A step that the state does not allow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("现在的状态是“{}”，不能办理“{}”；可以办理的是：{}", .state.label_zh(), .step.label_zh(), possible(*.state))]
pub struct TransitionFault {
    /// Where the flag stands.
    pub state: State,
    /// What was to be recorded.
    pub step: Step,
}

fn possible(state: State) -> String {
    let labels: Vec<&str> = state.possible_steps().into_iter().map(Step::label_zh).collect();
    labels.join("、")
}

/// The state after a step.
///
/// 认定 follows 核实 only, 处置 follows 认定 only, 销号 follows 处置 only; an appeal that is upheld leaves the flag 不属实,
/// and one that is dismissed leaves it where it was. 重新核查 begins the life again.
///
/// # Errors
/// The state does not allow the step; the fault says which steps it allows.
pub fn next(state: State, step: Step) -> Result<State, TransitionFault> {
    match (state, step) {
        (State::Suspected, Step::Verified) => Ok(State::Verified),
        (State::Suspected, Step::VerifiedNot) => Ok(State::Refuted),
        (State::Verified, Step::Determined) => Ok(State::Determined),
        // One disposal may follow another: a plan is changed, or carried out in parts.
        (State::Determined | State::Disposed, Step::Disposed) => Ok(State::Disposed),
        (State::Disposed, Step::Closed) => Ok(State::Closed),
        (State::Verified, Step::Appealed) => Ok(State::UnderAppeal(Appealed::Verified)),
        (State::Determined, Step::Appealed) => Ok(State::UnderAppeal(Appealed::Determined)),
        (State::Disposed, Step::Appealed) => Ok(State::UnderAppeal(Appealed::Disposed)),
        (State::UnderAppeal(_), Step::AppealUpheld) => Ok(State::Refuted),
        (State::UnderAppeal(appealed), Step::AppealDismissed) => Ok(appealed.state()),
        (State::Verified | State::Refuted | State::Determined | State::Disposed | State::Closed, Step::Reopened) => {
            Ok(State::Suspected)
        }
        (state, step) => Err(TransitionFault { state, step }),
    }
}

/// A list of steps that cannot have happened in that order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("第 {position} 步不成立：{fault}")]
pub struct BrokenLife {
    /// Which step, counted from 1.
    pub position: usize,
    /// Why.
    #[source]
    pub fault: TransitionFault,
}

/// The state after these steps, beginning at 疑似.
///
/// # Errors
/// A step that the state before it does not allow.
pub fn fold(steps: impl IntoIterator<Item = Step>) -> Result<State, BrokenLife> {
    (1..)
        .zip(steps)
        .try_fold(State::Suspected, |state, (position, step)| next(state, step).map_err(|fault| BrokenLife { position, fault }))
}

/// What the latest evaluation says of the subject by the same rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// 仍标记
    Flagged,
    /// 不再标记
    NotFlagged,
    /// 最新评价中没有这个对象或这条规则
    Absent,
}

/// 提示: where the latest evaluation and the decisions of people do not say the same. It moves nothing.
pub fn remark_zh(state: State, mark: Mark) -> Option<&'static str> {
    match (mark, state) {
        (Mark::Flagged, State::Closed) => Some("已销号，最新评价仍标记；状态不自动改变，如需再办请“重新核查”"),
        (Mark::Flagged, State::Refuted) => Some("已核为不属实，最新评价仍标记；状态不自动改变，如需再办请“重新核查”"),
        (Mark::Flagged, _) => None,
        (Mark::NotFlagged, _) => Some("最新评价不再标记；状态不自动改变"),
        (Mark::Absent, _) => Some("最新评价中没有这个对象或这条规则；状态不自动改变"),
    }
}
