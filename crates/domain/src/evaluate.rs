//! The one question: what does this rulebook say about these facts on this day? Total, infallible, deterministic: the same
//! facts, rulebook and day give the same bytes. There is nothing here about any particular rule.

mod clearance;
mod condition;
mod limit;
mod remark;

use chrono::NaiveDate;

use self::condition::{Held, holds};
use self::limit::limit;
use crate::fact::{Fact, MissingReason};
use crate::finding::{
    Comparison, Condition, Evaluation, Finding, MissingInput, MissingName, NonEmpty, Outcome, ThresholdUsed, Verdict,
};
use crate::rulebook::{Compare, Force, Rule, Rulebook, Threshold};
use crate::subject::SubjectFacts;
use crate::unit::Quantity;

/// Judges a subject by every rule about its kind and its place.
///
/// Never fails: what is not known is [`Outcome::Undetermined`], what the law does not reach is [`Outcome::NotApplicable`].
pub fn evaluate(facts: &SubjectFacts, rulebook: &Rulebook, as_of: NaiveDate) -> Evaluation {
    let findings = rulebook
        .rules()
        .filter(|rule| rule.is_about(&facts.subject))
        .map(|rule| (rule.id.clone(), judge(rule, facts, rulebook, as_of)))
        .collect();
    Evaluation { subject: facts.subject.clone(), as_of, rulebook: rulebook.digest().clone(), findings }
}

fn judge(rule: &Rule, facts: &SubjectFacts, rulebook: &Rulebook, as_of: NaiveDate) -> Finding {
    let mut finding = Finding {
        rule: rule.id.clone(),
        title: rule.title_zh.clone(),
        force: rule.force,
        flag: rule.flag,
        outcome: outcome(rule, facts, rulebook, as_of),
        stage: None,
        notes: Vec::new(),
    };
    if let Outcome::Compared(comparison) = &finding.outcome {
        let remarks = remark::about(comparison, facts, rulebook, as_of);
        finding.stage = remarks.stage;
        finding.notes = remarks.notes;
    }
    finding
}

fn outcome(rule: &Rule, facts: &SubjectFacts, rulebook: &Rulebook, as_of: NaiveDate) -> Outcome {
    let Some(threshold) = rule.threshold(as_of) else {
        return Outcome::NotApplicable { condition: not_in_force(rule, as_of) };
    };
    let mut missing = Vec::new();
    let mut granted = Vec::new();
    for condition in &rule.applies_when {
        match holds(*condition, facts, rulebook, as_of) {
            Held::Yes(inputs) => granted.extend(inputs),
            // One condition that fails settles it, whatever is not known of the others.
            Held::No(condition) => return Outcome::NotApplicable { condition },
            Held::NotKnown(what) => missing.push(what),
        }
    }
    let measurement = rule.measure.of(facts, as_of).map_err(|mut what| missing.append(&mut what));
    let limit = limit(threshold, rule.force, facts, rulebook).map_err(|what| missing.push(what));
    let (Ok(measurement), Ok(limit), true) = (measurement, limit, missing.is_empty()) else {
        return undetermined(missing, facts);
    };

    let compare = rule.compare;
    let verdict = verdict(compare, rule.force, measurement.value.value, limit.value.value);
    let clearance = match verdict {
        Verdict::Met => Vec::new(),
        Verdict::Unmet | Verdict::Discretion => clearance::smallest(rule.measure, compare, limit.value.value, facts),
    };
    let mut inputs = measurement.inputs;
    inputs.extend(limit.input);
    inputs.extend(granted);
    Outcome::Compared(Box::new(Comparison {
        verdict,
        measure: rule.measure,
        measured: measurement.value,
        steps: measurement.steps,
        inputs,
        threshold: ThresholdUsed {
            value: limit.value,
            compare,
            derivation: limit.derivation,
            effective_from: threshold.effective_from,
            effective_until: threshold.effective_until,
            citation: threshold.citation.clone(),
        },
        margin: Quantity::new(compare.room(measurement.value.value, limit.value.value), measurement.value.unit),
        clearance,
    }))
}

/// What a number held against a limit amounts to.
pub(crate) fn verdict(compare: Compare, force: Force, measured: f64, limit: f64) -> Verdict {
    match (compare.is_kept(measured, limit), force) {
        (true, _) => Verdict::Met,
        (false, Force::Guidance) => Verdict::Discretion,
        (false, Force::Binding | Force::Benchmark) => Verdict::Unmet,
    }
}

/// Each thing once, in the order in which it was found wanting. What is on record but cannot be used says so:
/// looking for it once more would not help.
fn undetermined(missing: Vec<MissingInput>, facts: &SubjectFacts) -> Outcome {
    let mut once: Vec<MissingInput> = Vec::with_capacity(missing.len());
    for what in missing {
        if once.iter().any(|seen| seen.name == what.name) {
            continue;
        }
        let unusable = |name| matches!(facts.get(name), Some(Fact::Missing { reason: MissingReason::Unusable }));
        once.push(match what.name {
            MissingName::Fact(name) if unusable(name) => {
                let how = format!("有记录但不可用（与图形或其他记录相互矛盾）：核对原件与界线，更正错误的一方。{}", what.how);
                MissingInput { how, ..what }
            }
            MissingName::Fact(_) | MissingName::TableValue | MissingName::Threshold | MissingName::Parameter(_) => what,
        });
    }
    Outcome::Undetermined { missing: NonEmpty::new(once).expect("called only when something is missing") }
}

fn not_in_force(rule: &Rule, as_of: NaiveDate) -> Condition {
    let label = match (rule.thresholds.first(), rule.thresholds.last()) {
        (Some(Threshold { effective_from: Some(from), .. }), _) if as_of < *from => {
            format!("规则自 {from} 起施行，基准日 {as_of} 尚未施行")
        }
        (_, Some(Threshold { effective_until: Some(until), .. })) => format!("规则自 {until} 起不再施行（基准日 {as_of}）"),
        (_, _) => format!("规则在基准日 {as_of} 没有施行"),
    };
    Condition { label, fact: None, input: None }
}
