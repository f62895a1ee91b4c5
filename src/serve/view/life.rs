//! The life of a flag: where it stands, who decided what, and the computed original beside every decision.

use chrono::{DateTime, NaiveDate, Utc};
use mujun_domain::finding::OutcomeCode;
use mujun_domain::kind::Kind;
use mujun_domain::life::{self, Conclusion, DisposalKind, Mark, State, Step, remark_zh};
use mujun_domain::rulebook::{Force, Rulebook};
use serde::Serialize;
use serde_json::Value;

use super::finding::{FindingView, Law, stored};
use super::mu;
use super::scope::ScopeView;
use crate::app::life::{DeterminationRow, LapsedRow, Life, Original, StateRow};
use crate::app::query::FindingRow;

/// Where a flag stands, as findings carry it.
#[derive(Serialize)]
pub(in crate::serve) struct StandingView {
    state: String,
    state_label: Option<&'static str>,
    /// Number of decisions.
    decisions: i32,
    decided_on: Option<NaiveDate>,
    /// Where the latest evaluation and the decisions do not say the same.
    remark: Option<&'static str>,
}

/// Where a finding of the current run stands; nothing for one that flags nothing and that nobody decided about.
pub(in crate::serve) fn standing(row: &FindingRow) -> Option<StandingView> {
    let mark = if row.flag.is_some() { Mark::Flagged } else { Mark::NotFlagged };
    match (&row.life_state, mark) {
        (None, Mark::Flagged) => Some(standing_of(State::Suspected.as_str(), 0, None, mark)),
        (None, Mark::NotFlagged | Mark::Absent) => None,
        (Some(state), mark) => Some(standing_of(state, row.life_sequence.unwrap_or(0), row.life_decided_on, mark)),
    }
}

fn standing_of(state: &str, decisions: i32, decided_on: Option<NaiveDate>, mark: Mark) -> StandingView {
    let known = State::ALL.into_iter().find(|known| known.as_str() == state);
    StandingView {
        state: state.to_owned(),
        state_label: known.map(State::label_zh),
        decisions,
        decided_on,
        remark: known.and_then(|state| remark_zh(state, mark)),
    }
}

/// A flag of which the current run says nothing any more.
#[derive(Serialize)]
pub(in crate::serve) struct LapsedView {
    division_code: String,
    subject_kind: String,
    subject_code: String,
    rule_id: String,
    title: Option<String>,
    life: StandingView,
}

/// A flag of which the current run says nothing any more.
pub(in crate::serve) fn lapsed(row: LapsedRow, rulebook: &Rulebook) -> LapsedView {
    LapsedView {
        title: rulebook.rule(&row.rule_id).map(|rule| rule.title_zh.to_string()),
        life: standing_of(&row.state_after, row.sequence, Some(row.decided_on), Mark::Absent),
        division_code: row.division_code,
        subject_kind: row.subject_kind,
        subject_code: row.subject_code,
        rule_id: row.rule_id,
    }
}

/// The computed original beside a decision.
#[derive(Serialize)]
struct OriginalView {
    run_id: i64,
    as_of: Option<NaiveDate>,
    outcome: Option<String>,
    outcome_label: Value,
    flag: Option<String>,
    flag_label: Option<&'static str>,
    flagged_area_m2: Option<f64>,
    flagged_area_mu: Option<f64>,
    finding_sha256: Option<String>,
    /// Whether the stored finding is still the one that was frozen.
    is_intact: bool,
    arithmetic: Value,
    /// The finding as it was, whole.
    detail: Option<Value>,
}

fn original(original: Original, as_of: Option<NaiveDate>, detail: Option<Value>, is_intact: bool) -> OriginalView {
    let member = |name: &str| detail.as_ref().and_then(|detail| detail.get(name)).cloned().unwrap_or(Value::Null);
    let fallback = original.outcome.as_deref().and_then(outcome_label);
    OriginalView {
        outcome_label: match member("outcome_label") {
            Value::Null => fallback.map_or(Value::Null, Value::from),
            label => label,
        },
        arithmetic: member("result").get("arithmetic").cloned().unwrap_or_else(|| Value::Array(Vec::new())),
        run_id: original.run_id,
        as_of,
        flag_label: original.flag.as_deref().and_then(Kind::from_code).map(Kind::suspected_label_zh),
        outcome: original.outcome,
        flag: original.flag,
        flagged_area_mu: original.flagged_area_m2.map(mu),
        flagged_area_m2: original.flagged_area_m2,
        finding_sha256: original.finding_sha256,
        is_intact,
        detail,
    }
}

fn outcome_label(word: &str) -> Option<&'static str> {
    OutcomeCode::ALL.into_iter().find(|code| code.as_str() == word).map(|code| code.label_zh(Force::Binding))
}

/// One decision.
#[derive(Serialize)]
pub(in crate::serve) struct DeterminationView {
    sequence: i32,
    step: String,
    step_label: Option<&'static str>,
    state: String,
    state_label: Option<&'static str>,
    decided_by: String,
    decided_on: NaiveDate,
    reason: String,
    document_number: Option<String>,
    document_dated: Option<NaiveDate>,
    disposal_kind: Option<String>,
    disposal_label: Option<&'static str>,
    conclusion: Option<String>,
    conclusion_label: Option<&'static str>,
    recorded_at: DateTime<Utc>,
    original: OriginalView,
}

/// One decision.
pub(in crate::serve) fn determination(row: DeterminationRow) -> DeterminationView {
    DeterminationView {
        step_label: Step::from_code(&row.step).map(Step::label_zh),
        state_label: State::label_of(&row.state_after),
        disposal_label: row.disposal_kind.as_deref().and_then(DisposalKind::from_code).map(DisposalKind::label_zh),
        conclusion_label: row.conclusion.as_deref().and_then(Conclusion::from_code).map(Conclusion::label_zh),
        original: original(row.original, Some(row.as_of), row.detail, row.is_intact),
        sequence: row.sequence,
        step: row.step,
        state: row.state_after,
        decided_by: row.decided_by,
        decided_on: row.decided_on,
        reason: row.reason,
        document_number: row.document_number,
        document_dated: row.document_dated,
        disposal_kind: row.disposal_kind,
        conclusion: row.conclusion,
        recorded_at: row.recorded_at,
    }
}

/// A step that may be recorded now, and what it must say.
#[derive(Serialize)]
struct StepView {
    step: Step,
    label: &'static str,
    state: State,
    state_label: &'static str,
    needs_document: bool,
    conclusions: Vec<Choice>,
    disposal_kinds: Vec<Choice>,
}

#[derive(Serialize)]
struct Choice {
    code: &'static str,
    label: &'static str,
}

/// The history of a flag, where it stands and what may follow.
#[derive(Serialize)]
pub(in crate::serve) struct LifeView {
    division_code: String,
    subject_kind: String,
    subject_code: String,
    rule_id: String,
    title: Option<String>,
    state: Option<State>,
    state_label: Option<&'static str>,
    remark: Option<&'static str>,
    /// The computation says something else than it did beside the last decision.
    is_original_changed: bool,
    /// To be sent with the next decision.
    seen_sequence: i32,
    seen_finding_sha256: Option<String>,
    possible_steps: Vec<StepView>,
    determinations: Vec<DeterminationView>,
    finding: Option<FindingView>,
    scope: ScopeView,
}

/// The history of a flag, where it stands and what may follow.
pub(in crate::serve) fn view(life: Life, rulebook: &Rulebook) -> LifeView {
    let law = Law::of(&life.scope, rulebook);
    let has_begun = life.has_begun();
    let state = life.state;
    let last_title = life.history.iter().rev().find_map(|row| title(row.detail.as_ref()?));
    LifeView {
        title: life.finding.as_ref().and_then(|finding| title(&finding.detail)).or(last_title),
        state: has_begun.then_some(state),
        state_label: has_begun.then(|| state.label_zh()),
        remark: if life.history.is_empty() { None } else { remark_zh(state, life.mark) },
        is_original_changed: life.is_original_changed(),
        seen_sequence: life.history.last().map_or(0, |row| row.sequence),
        possible_steps: if has_begun { steps(state, life.kind()) } else { Vec::new() },
        seen_finding_sha256: life.original.finding_sha256,
        determinations: life.history.into_iter().map(determination).collect(),
        finding: life.finding.map(|row| stored(row, law)),
        division_code: life.key.division_code,
        subject_kind: life.key.subject_kind,
        subject_code: life.key.subject_code,
        rule_id: life.key.rule_id,
        scope: life.scope.into(),
    }
}

fn title(detail: &Value) -> Option<String> {
    detail.get("title").and_then(Value::as_str).map(str::to_owned)
}

fn steps(state: State, kind: Option<Kind>) -> Vec<StepView> {
    let conclusions = kind.map_or(&Conclusion::ALL[..], Conclusion::of_kind);
    state
        .possible_steps()
        .into_iter()
        .filter_map(|step| Some((step, life::next(state, step).ok()?)))
        .map(|(step, after)| StepView {
            step,
            label: step.label_zh(),
            state: after,
            state_label: after.label_zh(),
            needs_document: step.needs_document(state),
            conclusions: if step == Step::Determined {
                conclusions.iter().map(|choice| Choice { code: choice.as_str(), label: choice.label_zh() }).collect()
            } else {
                Vec::new()
            },
            disposal_kinds: if step == Step::Disposed {
                DisposalKind::ALL.into_iter().map(|choice| Choice { code: choice.as_str(), label: choice.label_zh() }).collect()
            } else {
                Vec::new()
            },
        })
        .collect()
}

/// How many flags stand where.
#[derive(Serialize)]
pub(in crate::serve) struct StateCount {
    state: &'static str,
    label: &'static str,
    count: i64,
    area_m2: f64,
    area_mu: f64,
    no_longer_flagged: i64,
}

/// Every state in the order of the life, those without a flag included.
pub(in crate::serve) fn states(rows: &[StateRow]) -> Vec<StateCount> {
    State::ALL
        .into_iter()
        .map(|state| {
            let row = rows.iter().find(|row| row.state == state.as_str());
            let area_m2 = row.map_or(0.0, |row| row.area_m2);
            StateCount {
                state: state.as_str(),
                label: state.label_zh(),
                count: row.map_or(0, |row| row.count),
                area_m2,
                area_mu: mu(area_m2),
                no_longer_flagged: row.map_or(0, |row| row.no_longer_flagged),
            }
        })
        .collect()
}
