//! One decision as it is to be recorded, and everything that can be wrong with it. Whether its step may follow is [`super::next`].

use chrono::{Datelike, NaiveDate};

use super::word::{Conclusion, DisposalKind};
use super::{State, Step};
use crate::kind::Kind;

/// Longest name of an office and longest document number, characters.
pub const LONGEST_NAME: usize = 200;
/// Longest reason, characters.
pub const LONGEST_REASON: usize = 2_000;
/// A day in an earlier year is a year that was not finished being typed (0202 for 2026), not a day of decision.
const EARLIEST_YEAR: i32 = 1950;

/// 决定。Who decided what, when, why, and in which document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// 办理步骤。
    pub step: Step,
    /// 决定的单位或人。
    pub decided_by: String,
    /// 决定日期。
    pub decided_on: NaiveDate,
    /// 理由。
    pub reason: String,
    /// 文书。
    pub document: Option<Document>,
    /// 处置方式；只在处置时有。
    pub disposal: Option<DisposalKind>,
    /// 认定结论；只在认定时有。
    pub conclusion: Option<Conclusion>,
}

/// 文书。
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// 文号。
    pub number: String,
    /// 文书日期。
    pub dated: Option<NaiveDate>,
}

/// A part of a decision, by the name it has in JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// 决定的单位或人
    DecidedBy,
    /// 决定日期
    DecidedOn,
    /// 理由
    Reason,
    /// 文号
    DocumentNumber,
    /// 文书日期
    DocumentDated,
    /// 处置方式
    DisposalKind,
    /// 认定结论
    Conclusion,
}

impl Field {
    /// The name in JSON and SQL.
    pub fn as_str(self) -> &'static str {
        match self {
            Field::DecidedBy => "decided_by",
            Field::DecidedOn => "decided_on",
            Field::Reason => "reason",
            Field::DocumentNumber => "document_number",
            Field::DocumentDated => "document_dated",
            Field::DisposalKind => "disposal_kind",
            Field::Conclusion => "conclusion",
        }
    }

    /// 中文名称。
    pub fn label_zh(self) -> &'static str {
        match self {
            Field::DecidedBy => "决定的单位或人",
            Field::DecidedOn => "决定日期",
            Field::Reason => "理由",
            Field::DocumentNumber => "文号",
            Field::DocumentDated => "文书日期",
            Field::DisposalKind => "处置方式",
            Field::Conclusion => "认定结论",
        }
    }
}

/// What is wrong with a decision.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecisionFault {
    /// Nothing is written where something must be.
    #[error("“{}”没有填写", .0.label_zh())]
    Empty(Field),
    /// More than can be kept.
    #[error("“{}”有 {found} 字，最多 {limit} 字", .field.label_zh())]
    TooLong {
        /// Which part.
        field: Field,
        /// Its characters.
        found: usize,
        /// As many as it may have.
        limit: usize,
    },
    /// A character that is none of writing.
    #[error("“{}”含有控制字符", .0.label_zh())]
    ControlCharacter(Field),
    /// A day that is still to come.
    #[error("“{}”是 {found}，晚于今天 {today}；尚未作出的决定不能登记", .field.label_zh())]
    InFuture {
        /// Which day.
        field: Field,
        /// The day.
        found: NaiveDate,
        /// Today.
        today: NaiveDate,
    },
    /// A year that was not finished being typed.
    #[error("“{}”是 {found}，年份不像是真的", .field.label_zh())]
    Implausible {
        /// Which day.
        field: Field,
        /// The day.
        found: NaiveDate,
    },
    /// A day before that of the step before.
    #[error("“决定日期”是 {found}，早于上一步的 {previous}")]
    BeforePrevious {
        /// The day.
        found: NaiveDate,
        /// The day of the step before.
        previous: NaiveDate,
    },
    /// A step that rests on a document without one.
    #[error("“{}”须有文号", .0.label_zh())]
    DocumentMissing(Step),
    /// A step that has no such part.
    #[error("“{}”不填“{}”", .step.label_zh(), .field.label_zh())]
    Unexpected {
        /// The step.
        step: Step,
        /// The part.
        field: Field,
    },
    /// A conclusion that a flag of this kind cannot end in.
    #[error("标记是“{}”，不能认定为“{}”；可以认定为：{}", .kind.label_zh(), .conclusion.label_zh(), conclusions(*.kind))]
    Misfit {
        /// The conclusion.
        conclusion: Conclusion,
        /// What was flagged.
        kind: Kind,
    },
}

fn conclusions(kind: Kind) -> String {
    let labels: Vec<&str> = Conclusion::of_kind(kind).iter().map(|conclusion| conclusion.label_zh()).collect();
    labels.join("、")
}

impl DecisionFault {
    /// Which part to mend.
    pub fn field(&self) -> Field {
        match self {
            DecisionFault::Empty(field) | DecisionFault::ControlCharacter(field) => *field,
            DecisionFault::TooLong { field, .. }
            | DecisionFault::InFuture { field, .. }
            | DecisionFault::Implausible { field, .. }
            | DecisionFault::Unexpected { field, .. } => *field,
            DecisionFault::BeforePrevious { .. } => Field::DecidedOn,
            DecisionFault::DocumentMissing(_) => Field::DocumentNumber,
            DecisionFault::Misfit { .. } => Field::Conclusion,
        }
    }
}

/// What a decision is looked at against.
#[derive(Clone, Copy, Debug)]
pub struct Circumstances {
    /// Where the flag stands.
    pub state: State,
    /// 类别：what was flagged; `None` when nothing is known of it any more.
    pub kind: Option<Kind>,
    /// The day of the step before.
    pub previous: Option<NaiveDate>,
    /// Today, in Shanghai.
    pub today: NaiveDate,
}

impl Decision {
    /// Everything that is wrong with it, in the order of the form. Empty: it may be recorded, if its step may follow.
    pub fn faults(&self, circumstances: Circumstances) -> Vec<DecisionFault> {
        let Circumstances { state, kind, previous, today } = circumstances;
        let mut faults = Vec::new();
        text(&mut faults, Field::DecidedBy, &self.decided_by, LONGEST_NAME);
        day(&mut faults, Field::DecidedOn, self.decided_on, today);
        if let Some(previous) = previous.filter(|previous| self.decided_on < *previous) {
            faults.push(DecisionFault::BeforePrevious { found: self.decided_on, previous });
        }
        text(&mut faults, Field::Reason, &self.reason, LONGEST_REASON);
        match &self.document {
            Some(document) => {
                text(&mut faults, Field::DocumentNumber, &document.number, LONGEST_NAME);
                if let Some(dated) = document.dated {
                    day(&mut faults, Field::DocumentDated, dated, today);
                }
            }
            None if self.step.needs_document(state) => faults.push(DecisionFault::DocumentMissing(self.step)),
            None => {}
        }
        match (self.step, self.disposal) {
            (Step::Disposed, None) => faults.push(DecisionFault::Empty(Field::DisposalKind)),
            (Step::Disposed, Some(_)) | (_, None) => {}
            (step, Some(_)) => faults.push(DecisionFault::Unexpected { step, field: Field::DisposalKind }),
        }
        match (self.step, self.conclusion) {
            (Step::Determined, None) => faults.push(DecisionFault::Empty(Field::Conclusion)),
            (Step::Determined, Some(conclusion)) => {
                if let Some(kind) = kind.filter(|kind| !Conclusion::of_kind(*kind).contains(&conclusion)) {
                    faults.push(DecisionFault::Misfit { conclusion, kind });
                }
            }
            (_, None) => {}
            (step, Some(_)) => faults.push(DecisionFault::Unexpected { step, field: Field::Conclusion }),
        }
        faults
    }
}

fn text(faults: &mut Vec<DecisionFault>, field: Field, value: &str, limit: usize) {
    let found = value.chars().count();
    if value.trim().is_empty() {
        faults.push(DecisionFault::Empty(field));
    } else if found > limit {
        faults.push(DecisionFault::TooLong { field, found, limit });
    } else if value.chars().any(|c| c.is_control() && !(field == Field::Reason && c == '\n')) {
        faults.push(DecisionFault::ControlCharacter(field));
    }
}

fn day(faults: &mut Vec<DecisionFault>, field: Field, found: NaiveDate, today: NaiveDate) {
    if found > today {
        faults.push(DecisionFault::InFuture { field, found, today });
    } else if found.year() < EARLIEST_YEAR {
        faults.push(DecisionFault::Implausible { field, found });
    }
}
