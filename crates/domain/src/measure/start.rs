//! How long the start of construction is overdue, and at which stage that is. Where the agreed start comes from (contract or
//! supplement) and how many days do not count is settled in [`crate::clock`] before; here they are facts like others.

use chrono::NaiveDate;
use serde::Serialize;

use super::{Measure, Measurement, Operand, Operator, Step, date_of, number_of};
use crate::fact::{Construction, FactName, FactValue};
use crate::finding::{InputUsed, MissingInput};
use crate::subject::{KnownFact, SubjectFacts};

const MEASURE: Measure = Measure::DaysPastAgreedStart;

/// How construction stood on that day, and which records say so.
enum Begun<'a> {
    Yes(Vec<KnownFact<'a>>),
    No(Vec<KnownFact<'a>>),
    NotKnown(Vec<MissingInput>),
}

/// Reads the state of construction back to `as_of`. “Started” holds from the recorded start, or, where no start is recorded,
/// from the day on which it was seen; before that it is not known. “Not started” is taken to hold until a record says otherwise.
fn begun(facts: &SubjectFacts, as_of: NaiveDate) -> Begun<'_> {
    let Some(state) = facts.known(FactName::Construction) else {
        return Begun::NotKnown(vec![MissingInput::fact(FactName::Construction)]);
    };
    let started_on = facts.known(FactName::ActualStartOn);
    let day = started_on.and_then(|fact| date_of(fact.value));
    let seen = state.observed_on.is_some_and(|day| day <= as_of);
    match (state.value, day) {
        (FactValue::Construction(Construction::NotStarted), Some(day)) => {
            let how = format!("登记为未开工，却有实际开工日期 {day}：两者矛盾，请核实后更正其一");
            Begun::NotKnown(vec![MissingInput { how, ..MissingInput::fact(FactName::Construction) }])
        }
        (FactValue::Construction(Construction::NotStarted), None) => Begun::No(vec![state]),
        (_, Some(day)) if day > as_of && seen => {
            let how = format!("登记为已开工，实际开工日期 {day} 却晚于登记时点：两者矛盾，请核实后更正其一");
            Begun::NotKnown(vec![MissingInput { how, ..MissingInput::fact(FactName::ActualStartOn) }])
        }
        (_, Some(day)) if day > as_of => Begun::No(vec![state].into_iter().chain(started_on).collect()),
        (_, Some(_) | None) if seen => Begun::Yes(vec![state]),
        (_, Some(_)) => Begun::Yes(vec![state].into_iter().chain(started_on).collect()),
        (_, None) => Begun::NotKnown(vec![MissingInput::fact(FactName::ActualStartOn)]),
    }
}

pub(super) fn days_past_agreed_start(facts: &SubjectFacts, as_of: NaiveDate) -> Result<Measurement, Vec<MissingInput>> {
    let agreed = facts.known(FactName::AgreedStartOn);
    let agreed_on = agreed.and_then(|fact| date_of(fact.value));
    let (steps, used) = match (agreed, agreed_on, begun(facts, as_of)) {
        (Some(agreed), Some(on), _) if as_of <= on => (vec![days_since(as_of, on)], vec![agreed]),
        (_, _, Begun::Yes(records)) => {
            let operands = records.iter().filter_map(operand_of_record).collect();
            (vec![MEASURE.step(Operator::NoneOnceStarted, operands, 0.0)], records)
        }
        (Some(agreed), Some(on), Begun::No(records)) => {
            let suspended =
                facts.known(FactName::SuspendedDays).ok_or_else(|| vec![MissingInput::fact(FactName::SuspendedDays)])?;
            let days = number_of(suspended.value).filter(|days| *days >= 0.0);
            let days = days.ok_or_else(|| vec![FactName::SuspendedDays.unusable(&suspended.value.text())])?;
            let since = days_since(as_of, on);
            let passed = since.result.value;
            let mut steps = vec![since];
            if days > 0.0 {
                let operands = vec![Operand::Previous { value: passed }, Operand::of(FactName::SuspendedDays, days)];
                steps.push(MEASURE.step(Operator::Less, operands, (passed - days).max(0.0)));
            }
            (steps, [agreed].into_iter().chain(records).chain([suspended]).collect())
        }
        (Some(_), Some(_), Begun::NotKnown(missing)) => return Err(missing),
        (_, _, Begun::No(_)) => return Err(vec![MissingInput::fact(FactName::AgreedStartOn)]),
        (_, _, Begun::NotKnown(mut missing)) => {
            missing.insert(0, MissingInput::fact(FactName::AgreedStartOn));
            return Err(missing);
        }
    };
    let inputs = used.into_iter().map(InputUsed::from).collect();
    MEASURE.finite(steps, inputs, FactName::AgreedStartOn)
}

fn days_since(as_of: NaiveDate, on: NaiveDate) -> Step {
    let operands = vec![Operand::AsOf { on: as_of }, Operand::Day { name: FactName::AgreedStartOn, on }];
    MEASURE.step(Operator::DaysSince, operands, (as_of - on).num_days().max(0) as f64)
}

fn operand_of_record(fact: &KnownFact<'_>) -> Option<Operand> {
    match fact.value {
        FactValue::Construction(state) => Some(Operand::State { name: fact.name, state: *state }),
        FactValue::Date(on) => Some(Operand::Day { name: fact.name, on: *on }),
        FactValue::Quantity(_) | FactValue::Flag(_) | FactValue::Text(_) | FactValue::Industry(_) => None,
    }
}

/// 供而未用的阶段。“闲置”只在满法定年限后出现，且总是“疑似”：认定由人作出.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// 未到期
    NotDue,
    /// 已开工
    Started,
    /// 逾期未开工
    Overdue,
    /// 疑似闲置
    SuspectedIdle,
    /// 疑似可收回
    SuspectedReclaimable,
    /// 停工：已开工而中止开发建设满规定年限，面积或投资不足
    Stopped,
}

impl Stage {
    /// 中文名称。
    pub fn label_zh(self) -> &'static str {
        match self {
            Stage::NotDue => "未到期",
            Stage::Started => "已开工",
            Stage::Overdue => "逾期未开工",
            Stage::SuspectedIdle => "疑似闲置",
            Stage::SuspectedReclaimable => "疑似可收回",
            Stage::Stopped => "停工（疑似闲置）",
        }
    }
}
