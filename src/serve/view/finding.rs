//! A finding as the “为什么” panel reads it: the domain's evidence laid flat, the raw evidence kept beside it.
//! The labels and texts are the domain's own, as stored with the run.

use chrono::NaiveDate;
use mujun_domain::finding::{Finding, OutcomeCode};
use mujun_domain::rulebook::{Force, Rulebook};
use serde::Serialize;
use serde_json::Value;

use super::life::{StandingView, standing};
use crate::app::query::{FindingRow, Scope};

/// One finding.
#[derive(Serialize)]
pub(in crate::serve) struct FindingView {
    subject: SubjectView,
    division_code: Option<String>,
    parcel_code: Option<String>,
    rule_id: String,
    title: Value,
    force: Value,
    force_label: Value,
    outcome: Value,
    outcome_label: Value,
    flag: Option<String>,
    flag_label: Option<Value>,
    flagged_area_m2: Option<f64>,
    flagged_area_mu: Option<f64>,
    citation: Value,
    measured: Value,
    threshold: Value,
    arithmetic: Value,
    inputs: Value,
    missing: Value,
    condition: Value,
    margin: Value,
    clearance: Vec<Value>,
    stage: Value,
    notes: Value,
    /// Where the flag stands; null where nothing is flagged and nothing was decided.
    life: Option<StandingView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    label_lon: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    label_lat: Option<f64>,
    detail: Value,
}

#[derive(Serialize)]
struct SubjectView {
    kind: String,
    code: String,
}

/// The law under which findings are shown: for the clause of a rule that came to no comparison.
#[derive(Clone, Copy)]
pub(in crate::serve) struct Law<'a> {
    rulebook: Option<&'a Rulebook>,
    as_of: NaiveDate,
}

impl<'a> Law<'a> {
    /// The law of a run. Another rulebook than the run's is not asked: its clause may have changed.
    pub(in crate::serve) fn of(scope: &Scope, rulebook: &'a Rulebook) -> Law<'a> {
        let is_the_runs = **rulebook.digest() == *scope.rulebook_digest;
        Law { rulebook: is_the_runs.then_some(rulebook), as_of: scope.as_of }
    }

    /// The law of an evaluation just made.
    pub(in crate::serve) fn current(rulebook: &'a Rulebook, as_of: NaiveDate) -> Law<'a> {
        Law { rulebook: Some(rulebook), as_of }
    }

    fn citation(self, rule_id: &str) -> Value {
        self.rulebook
            .and_then(|rulebook| rulebook.rule(rule_id))
            .and_then(|rule| rule.threshold(self.as_of).or(rule.thresholds.last()))
            .and_then(|threshold| serde_json::to_value(&*threshold.citation).ok())
            .unwrap_or(Value::Null)
    }
}

fn take(object: &Value, key: &str) -> Value {
    object.get(key).cloned().unwrap_or(Value::Null)
}

fn list(object: &Value, key: &str) -> Value {
    match object.get(key) {
        Some(Value::Array(items)) => Value::Array(items.clone()),
        _ => Value::Array(Vec::new()),
    }
}

/// Clearances are sentences on the screen; their numbers stay in `detail`.
fn sentences(result: &Value) -> Vec<Value> {
    let items = result.get("clearance").and_then(Value::as_array);
    items.into_iter().flatten().map(|item| item.get("text").unwrap_or(item).clone()).collect()
}

fn view(subject: SubjectView, law: Law<'_>, detail: Value) -> FindingView {
    let result = detail.get("result").unwrap_or(&Value::Null);
    let threshold = take(result, "threshold");
    let rule_id = detail.get("rule").and_then(Value::as_str).unwrap_or_default().to_owned();
    let flagged = detail.get("flagged").and_then(Value::as_bool) == Some(true);
    FindingView {
        subject,
        division_code: None,
        parcel_code: None,
        title: take(&detail, "title"),
        force: take(&detail, "force"),
        force_label: take(&detail, "force_label"),
        outcome: take(&detail, "outcome"),
        outcome_label: take(&detail, "outcome_label"),
        flag: detail.get("flag").and_then(Value::as_str).filter(|_| flagged).map(str::to_owned),
        flag_label: detail.get("flag_label").filter(|label| !label.is_null()).cloned(),
        flagged_area_m2: None,
        flagged_area_mu: None,
        citation: match threshold.get("citation") {
            Some(citation) => citation.clone(),
            None => law.citation(&rule_id),
        },
        measured: take(result, "measured"),
        arithmetic: list(result, "arithmetic"),
        inputs: list(result, "inputs"),
        missing: list(result, "missing"),
        condition: take(result, "condition"),
        margin: take(result, "margin"),
        clearance: sentences(result),
        stage: take(&detail, "stage"),
        notes: list(&detail, "notes"),
        life: None,
        label_lon: None,
        label_lat: None,
        threshold,
        rule_id,
        detail,
    }
}

fn force_of(word: &str) -> Option<Force> {
    Force::ALL.into_iter().find(|force| force.as_str() == word)
}

fn outcome_of(word: &str) -> Option<OutcomeCode> {
    OutcomeCode::ALL.into_iter().find(|outcome| outcome.as_str() == word)
}

/// A stored finding. What the run's columns say stands above what the evidence repeats.
pub(in crate::serve) fn stored(row: FindingRow, law: Law<'_>) -> FindingView {
    let life = standing(&row);
    let subject = SubjectView { kind: row.subject_kind, code: row.subject_code };
    let mut shown = view(subject, law, row.detail);
    shown.life = life;
    shown.division_code = Some(row.division_code);
    shown.parcel_code = row.parcel_code;
    shown.rule_id = row.rule_id;
    // What does not apply is stored without its labels: they follow from the codes.
    if let (Some(force), true) = (force_of(&row.force), shown.outcome_label.is_null()) {
        shown.force_label = Value::from(force.label_zh());
        shown.outcome_label = outcome_of(&row.outcome).map_or(Value::Null, |outcome| Value::from(outcome.label_zh(force)));
    }
    shown.force = Value::from(row.force);
    shown.outcome = Value::from(row.outcome);
    shown.flag = row.flag;
    shown.flagged_area_m2 = row.flagged_area_m2;
    shown.flagged_area_mu = row.flagged_area_m2.map(super::mu);
    shown.label_lon = row.label_lon;
    shown.label_lat = row.label_lat;
    if shown.citation.is_null() {
        shown.citation = law.citation(&shown.rule_id);
    }
    shown
}

/// A finding just made, of a proposal.
pub(in crate::serve) fn fresh(name: &str, finding: &Finding, law: Law<'_>) -> Result<FindingView, serde_json::Error> {
    let subject = SubjectView { kind: "proposal".to_owned(), code: name.to_owned() };
    Ok(view(subject, law, serde_json::to_value(finding)?))
}
