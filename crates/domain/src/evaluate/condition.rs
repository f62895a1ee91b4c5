//! Whether the conditions of a rule hold on a day. A record that is simply not there, such as a withdrawal or a stop of work,
//! is what land without one looks like; a flag that is not known is undetermined.

use chrono::NaiveDate;

use super::remark::anniversary;
use crate::fact::{Construction, FactName, FactValue, Truth};
use crate::finding::{Condition, InputUsed, MissingInput, MissingName};
use crate::measure::date_of;
use crate::rulebook::{AppliesWhen, ParameterName, Rulebook};
use crate::subject::SubjectFacts;

/// Whether a condition held on that day.
pub(super) enum Held {
    Yes(Vec<InputUsed>),
    No(Condition),
    NotKnown(MissingInput),
}

pub(super) fn holds(condition: AppliesWhen, facts: &SubjectFacts, rulebook: &Rulebook, as_of: NaiveDate) -> Held {
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
        AppliesWhen::ConstructionStopped => construction_stopped(facts, rulebook, as_of),
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

/// Work that began, is not finished, and stopped as many full years ago as the parameter says.
fn construction_stopped(facts: &SubjectFacts, rulebook: &Rulebook, as_of: NaiveDate) -> Held {
    let no = |label: String, fact: FactName| {
        let input = facts.known(fact).map(InputUsed::from);
        Held::No(Condition { label, fact: input.is_some().then_some(fact), input })
    };
    let Some(stopped) = facts.known(FactName::StoppedOn) else {
        return no(format!("至基准日 {as_of} 没有停工记录"), FactName::StoppedOn);
    };
    let Some(stopped_on) = date_of(stopped.value) else { return Held::NotKnown(MissingInput::fact(FactName::StoppedOn)) };
    let Some(state) = facts.known(FactName::Construction) else {
        return Held::NotKnown(MissingInput::fact(FactName::Construction));
    };
    match state.value {
        FactValue::Construction(Construction::Started) => {}
        FactValue::Construction(other) => {
            return no(format!("建设状态为{}，不是已开工而停工", other.label_zh()), FactName::Construction);
        }
        _ => return Held::NotKnown(MissingInput::fact(FactName::Construction)),
    }
    let Some(years) = rulebook.parameter(ParameterName::StoppedAfter, as_of) else {
        let name = ParameterName::StoppedAfter;
        let how = format!("规则库在基准日 {as_of} 没有参数 {}，请补充", name.as_str());
        return Held::NotKnown(MissingInput { name: MissingName::Parameter(name), label: name.label_zh().to_owned(), how });
    };
    match anniversary(stopped_on, years) {
        Some(full) if full <= as_of => Held::Yes(vec![InputUsed::from(stopped), InputUsed::from(state)]),
        Some(_) | None => {
            no(format!("自 {stopped_on} 停工，至基准日 {as_of} 不满 {} 年", years.value.value), FactName::StoppedOn)
        }
    }
}
