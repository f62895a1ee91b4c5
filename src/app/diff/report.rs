//! A comparison as it is told: the facts that differ, the sums by county, kind and cause, and the JSON of all of it.

use std::collections::{BTreeMap, BTreeSet};

use mujun_domain::fact::FactName;
use mujun_domain::finding::{Finding, InputUsed, MissingName, Outcome, OutcomeCode};
use mujun_domain::kind::Kind;
use mujun_domain::unit::Area;
use serde::Serialize;

use super::attribution::{Cause, Dimension};
use super::rows::RowChange;
use super::{Change, ChangeKind, Comparison, FactChange, FactSeen, Said};

/// The facts on which two findings rest otherwise: another value, or known to only one of them.
pub(in crate::app) fn facts_between(old: Option<&Finding>, new: Option<&Finding>) -> Vec<FactChange> {
    let (before, after) = (facts(old), facts(new));
    let names: BTreeSet<FactName> = before.keys().chain(after.keys()).copied().collect();
    names
        .into_iter()
        .filter_map(|name| {
            let (old, new) = (before.get(&name).cloned().flatten(), after.get(&name).cloned().flatten());
            // Known to one finding and not asked by the other is no difference of the data.
            let asked_by_both = before.contains_key(&name) && after.contains_key(&name);
            let text = |seen: &Option<FactSeen>| seen.as_ref().map(|seen| seen.text.clone());
            (text(&old) != text(&new) && (asked_by_both || before.is_empty() || after.is_empty())).then(|| FactChange {
                name: name.as_str(),
                label: name.label_zh(),
                old,
                new,
            })
        })
        .collect()
}

/// The facts a finding asked for; `None` for one that was missing.
fn facts(finding: Option<&Finding>) -> BTreeMap<FactName, Option<FactSeen>> {
    let Some(finding) = finding else { return BTreeMap::new() };
    match &finding.outcome {
        Outcome::Compared(comparison) => comparison.inputs.iter().map(|input| (input.name, Some(fact_seen(input)))).collect(),
        Outcome::NotApplicable { condition } => {
            condition.input.iter().map(|input| (input.name, Some(fact_seen(input)))).collect()
        }
        Outcome::Undetermined { missing } => missing
            .as_slice()
            .iter()
            .filter_map(|what| match what.name {
                MissingName::Fact(name) => Some((name, None)),
                MissingName::TableValue | MissingName::Threshold | MissingName::Parameter(_) => None,
            })
            .collect(),
    }
}

fn fact_seen(input: &InputUsed) -> FactSeen {
    let source = &input.source;
    FactSeen {
        text: input.value.text(),
        register: source.register.clone(),
        key: source.key.clone(),
        file: source.file.clone(),
        row: source.row,
    }
}

/// Changes of one county, kind and cause, added up.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SummaryRow {
    /// 行政区划代码。
    pub division_code: String,
    /// 疑似类别；结论变化为空。
    pub kind: Option<Kind>,
    /// 来由。
    pub cause: Cause,
    /// 来由，中文。
    pub cause_label: String,
    /// 新增的处数。
    pub appeared: usize,
    /// 新增的面积，m²。
    pub appeared_m2: f64,
    /// 消失的处数。
    pub disappeared: usize,
    /// 消失的面积，m²。
    pub disappeared_m2: f64,
    /// 面积变化的处数。
    pub resized: usize,
    /// 面积变化之和，m²，增为正。
    pub resized_m2: f64,
    /// 结论变化的处数。
    pub outcomes: usize,
    /// 净变化，m²。
    pub net_m2: f64,
    /// 净变化，亩。
    pub net_mu: f64,
}

/// The changes by county, kind and cause. The net of a county and kind is what it has now less what it had.
pub fn summary(comparison: &Comparison) -> Vec<SummaryRow> {
    let mut rows: BTreeMap<(String, Option<Kind>, Cause), SummaryRow> = BTreeMap::new();
    for change in &comparison.changes {
        let key = (change.division_code.clone(), change.kind, change.cause.clone());
        let row = rows.entry(key).or_insert_with(|| SummaryRow {
            division_code: change.division_code.clone(),
            kind: change.kind,
            cause: change.cause.clone(),
            cause_label: change.cause.label_zh(),
            appeared: 0,
            appeared_m2: 0.0,
            disappeared: 0,
            disappeared_m2: 0.0,
            resized: 0,
            resized_m2: 0.0,
            outcomes: 0,
            net_m2: 0.0,
            net_mu: 0.0,
        });
        match change.change {
            ChangeKind::Appeared => (row.appeared, row.appeared_m2) = (row.appeared + 1, row.appeared_m2 + change.net_m2()),
            ChangeKind::Disappeared => {
                (row.disappeared, row.disappeared_m2) = (row.disappeared + 1, row.disappeared_m2 - change.net_m2());
            }
            ChangeKind::Resized => (row.resized, row.resized_m2) = (row.resized + 1, row.resized_m2 + change.net_m2()),
            ChangeKind::Outcome => row.outcomes += 1,
        }
        row.net_m2 += change.net_m2();
        row.net_mu = Area::from_m2(row.net_m2).mu();
    }
    rows.into_values().collect()
}

#[derive(Serialize)]
struct AreaView {
    division_code: String,
    kind: Kind,
    old_m2: f64,
    new_m2: f64,
    old_mu: f64,
    new_mu: f64,
}

#[derive(Serialize)]
struct ChangeView<'a> {
    change: ChangeKind,
    change_label: &'static str,
    division_code: &'a str,
    subject_kind: &'static str,
    subject_code: &'a str,
    rule: &'a str,
    title: &'a str,
    kind: Option<Kind>,
    old: SaidView,
    new: SaidView,
    net_m2: f64,
    net_mu: f64,
    cause: &'a Cause,
    cause_label: String,
    facts: &'a [FactChange],
    rows: &'a [RowChange],
    #[serde(skip_serializing_if = "Option::is_none")]
    threshold: Option<[&'a Option<String>; 2]>,
}

#[derive(Serialize)]
struct SaidView {
    outcome: Option<OutcomeCode>,
    flag: Option<Kind>,
    area_m2: f64,
    area_mu: f64,
}

impl From<Said> for SaidView {
    fn from(said: Said) -> SaidView {
        SaidView { outcome: said.outcome, flag: said.flag, area_m2: said.area_m2, area_mu: Area::from_m2(said.area_m2).mu() }
    }
}

impl<'a> From<&'a Change> for ChangeView<'a> {
    fn from(change: &'a Change) -> ChangeView<'a> {
        ChangeView {
            change: change.change,
            change_label: change.change.label_zh(),
            division_code: &change.division_code,
            subject_kind: change.subject.as_str(),
            subject_code: &change.subject_code,
            rule: &change.rule,
            title: &change.title,
            kind: change.kind,
            old: change.old.into(),
            new: change.new.into(),
            net_m2: change.net_m2(),
            net_mu: Area::from_m2(change.net_m2()).mu(),
            cause: &change.cause,
            cause_label: change.cause.label_zh(),
            facts: &change.facts,
            rows: &change.rows,
            threshold: change.threshold.as_ref().map(|(old, new)| [old, new]),
        }
    }
}

/// A comparison for machines: what moved, areas before and after, sums, and every change with its cause.
#[derive(Serialize)]
struct ComparisonView<'a> {
    moved: &'a [Dimension],
    areas: Vec<AreaView>,
    summary: Vec<SummaryRow>,
    changes: Vec<ChangeView<'a>>,
}

impl Serialize for Comparison {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let keys: BTreeSet<&(String, Kind)> = self.old_m2.keys().chain(self.new_m2.keys()).collect();
        let areas = keys.into_iter().map(|key| {
            let of = |areas: &super::Areas| areas.get(key).copied().unwrap_or(0.0);
            let (old_m2, new_m2) = (of(&self.old_m2), of(&self.new_m2));
            let (old_mu, new_mu) = (Area::from_m2(old_m2).mu(), Area::from_m2(new_m2).mu());
            AreaView { division_code: key.0.clone(), kind: key.1, old_m2, new_m2, old_mu, new_mu }
        });
        ComparisonView {
            moved: &self.moved,
            areas: areas.collect(),
            summary: summary(self),
            changes: self.changes.iter().map(ChangeView::from).collect(),
        }
        .serialize(serializer)
    }
}
