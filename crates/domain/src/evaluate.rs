//! The one question: what does this rulebook say about these facts on this day? Total, infallible, deterministic: the same
//! facts, rulebook and day give the same bytes. There is nothing here about any particular rule.

mod clearance;
mod remark;

use chrono::NaiveDate;

use crate::fact::{Fact, FactName, FactValue, MissingReason, Truth};
use crate::finding::{
    Comparison, Condition, Derivation, Evaluation, Finding, InputUsed, MissingInput, MissingName, NonEmpty, Outcome,
    ThresholdUsed, Verdict,
};
use crate::measure::{date_of, number_of};
use crate::rulebook::{AppliesWhen, Compare, Force, NoRow, Rule, Rulebook, Threshold, ThresholdValue};
use crate::subject::SubjectFacts;
use crate::unit::Quantity;

/// Judges a subject by every rule about its kind.
///
/// Never fails: what is not known is [`Outcome::Undetermined`], what the law does not reach is [`Outcome::NotApplicable`].
pub fn evaluate(facts: &SubjectFacts, rulebook: &Rulebook, as_of: NaiveDate) -> Evaluation {
    let findings = rulebook
        .rules()
        .filter(|rule| rule.subjects.contains(&facts.subject.kind))
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
        match holds(*condition, facts, as_of) {
            Held::Yes(inputs) => granted.extend(inputs),
            // One condition that fails settles it, whatever is not known of the others.
            Held::No(condition) => return Outcome::NotApplicable { condition },
            Held::NotKnown(what) => missing.push(what),
        }
    }
    let measurement = rule.measure.of(facts, as_of).map_err(|mut what| missing.append(&mut what));
    let limit = limit(threshold, facts, rulebook).map_err(|what| missing.push(what));
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
            MissingName::Fact(_) | MissingName::TableValue | MissingName::Parameter(_) => what,
        });
    }
    Outcome::Undetermined { missing: NonEmpty::new(once).expect("called only when something is missing") }
}

fn not_in_force(rule: &Rule, as_of: NaiveDate) -> Condition {
    let label = match (rule.thresholds.first(), rule.thresholds.last()) {
        (Some(first), _) if as_of < first.effective_from => {
            format!("规则自 {} 起施行，基准日 {as_of} 尚未施行", first.effective_from)
        }
        (_, Some(Threshold { effective_until: Some(until), .. })) => format!("规则自 {until} 起不再施行（基准日 {as_of}）"),
        (_, _) => format!("规则在基准日 {as_of} 没有施行"),
    };
    Condition { label, fact: None, input: None }
}

/// Whether a condition held on that day.
enum Held {
    Yes(Vec<InputUsed>),
    No(Condition),
    NotKnown(MissingInput),
}

fn holds(condition: AppliesWhen, facts: &SubjectFacts, as_of: NaiveDate) -> Held {
    match condition {
        AppliesWhen::Flag(name) => match facts.known(name) {
            None => Held::NotKnown(MissingInput::fact(name)),
            Some(fact) if *fact.value == FactValue::Flag(Truth::Yes) => Held::Yes(vec![InputUsed::from(fact)]),
            Some(fact) => Held::No(Condition {
                label: format!("{}：否", condition.label_zh()),
                fact: Some(name),
                input: Some(InputUsed::from(fact)),
            }),
        },
        AppliesWhen::ApprovalInForce => approval_in_force(facts, as_of),
    }
}

/// No record of a withdrawal is what an approval in force looks like; the days of approval and withdrawal, where recorded,
/// say from when and until when. Neither is needed, hence neither is an input.
fn approval_in_force(facts: &SubjectFacts, as_of: NaiveDate) -> Held {
    let on = |name| facts.known(name).and_then(|fact| date_of(fact.value).map(|day| (day, InputUsed::from(fact))));
    match (on(FactName::ApprovedOn), on(FactName::WithdrawnOn)) {
        (_, Some((day, input))) if day <= as_of => Held::No(Condition {
            label: format!("批准文件已于 {day} 撤回或失效"),
            fact: Some(FactName::WithdrawnOn),
            input: Some(input),
        }),
        (Some((day, input)), _) if as_of < day => Held::No(Condition {
            label: format!("批准于 {day}，基准日 {as_of} 尚未批准"),
            fact: Some(FactName::ApprovedOn),
            input: Some(input),
        }),
        (_, _) => Held::Yes(Vec::new()),
    }
}

/// The number to compare with, how it came about, and the fact it came from, if it is one.
struct Limit {
    value: Quantity,
    derivation: Derivation,
    input: Option<InputUsed>,
}

fn limit(threshold: &Threshold, facts: &SubjectFacts, rulebook: &Rulebook) -> Result<Limit, MissingInput> {
    match &threshold.value {
        ThresholdValue::Fixed(value) => Ok(Limit { value: *value, derivation: Derivation::Fixed { value: *value }, input: None }),
        ThresholdValue::Fact(name) => limit_from_fact(*name, facts),
        ThresholdValue::Table { table, plus } => limit_from_table(table, *plus, facts, rulebook),
    }
}

fn limit_from_fact(name: FactName, facts: &SubjectFacts) -> Result<Limit, MissingInput> {
    let missing = || MissingInput::fact(name);
    let fact = facts.known(name).ok_or_else(missing)?;
    let (number, unit) = number_of(fact.value).zip(name.unit()).ok_or_else(missing)?;
    if number <= 0.0 {
        let how = format!("登记值 {} 不能作为限值（多为未填），请查合同原件；{}", fact.value.text(), name.how_zh());
        return Err(MissingInput { how, ..missing() });
    }
    if name == FactName::ContractFarMin
        && let Some(most) = facts.known(FactName::ContractFarMax).and_then(|fact| number_of(fact.value))
        && most > 0.0
        && most < number
    {
        let how = format!("登记的容积率下限 {number} 大于上限 {most}，疑似填反，请核对合同后更正");
        return Err(MissingInput { how, ..missing() });
    }
    let value = Quantity::new(number, unit);
    Ok(Limit { value, derivation: Derivation::Fact { name, value }, input: Some(InputUsed::from(fact)) })
}

fn limit_from_table(id: &str, plus: f64, facts: &SubjectFacts, rulebook: &Rulebook) -> Result<Limit, MissingInput> {
    let absent = |label: String, how: String| MissingInput { name: MissingName::TableValue, label, how };
    let Some(table) = rulebook.table(id) else {
        return Err(absent(id.to_owned(), format!("规则库没有指标表 {id}，请检查规则库")));
    };
    let label = || format!("《{}》的行业指标值", table.title);
    // An empty table is missing whether or not the industry is known, and is the thing to mend first.
    if table.rows.is_empty() {
        return Err(absent(label(), table.how_to_load.clone()));
    }
    let fact = facts.known(FactName::Industry).ok_or_else(|| MissingInput::fact(FactName::Industry))?;
    let FactValue::Industry(industry) = fact.value else { return Err(MissingInput::fact(FactName::Industry)) };
    match table.value(*industry) {
        Ok(base) => {
            let row = match rulebook.industry_name(*industry) {
                Some(name) => format!("{name} {industry}"),
                None => industry.to_string(),
            };
            Ok(Limit {
                value: Quantity::new(sum_of_decimals(base.value, plus), base.unit),
                derivation: Derivation::Table { title: table.title.clone(), row, base, plus },
                input: Some(InputUsed::from(fact)),
            })
        }
        Err(NoRow::Empty) => Err(absent(label(), table.how_to_load.clone())),
        Err(NoRow::OtherEdition(edition)) => {
            let how = format!(
                "指标表按 {} 编码，登记的行业代码是 {industry}：规则库没有两个版本的对照表，不能按数字直接套用，请补充该版本的代码",
                edition.as_str()
            );
            Err(MissingInput { how, ..MissingInput::fact(FactName::Industry) })
        }
        Err(NoRow::NotListed) => {
            Err(absent(label(), format!("指标表没有行业 {industry} 的一行：请核对行业代码，或由局方补充该行业的指标值")))
        }
    }
}

/// Limits are decimals of a few places; adding them in binary may land beside the decimal they make.
fn sum_of_decimals(base: f64, plus: f64) -> f64 {
    const PLACES: f64 = 1e9;
    ((base + plus) * PLACES).round() / PLACES
}
