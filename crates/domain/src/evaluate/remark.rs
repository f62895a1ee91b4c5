//! What a finding says besides its verdict: the stage of land supplied and not used, the age of an approval. Remarks change
//! no verdict. The years in them are parameters of the rulebook; without the parameter there is no remark.

use chrono::{Datelike, Days, Months, NaiveDate};

use crate::fact::FactName;
use crate::finding::{Comparison, Note, StageUsed, Verdict};
use crate::measure::{Measure, Operator, Stage, date_of, number_of};
use crate::rulebook::{ParameterName, ParameterUsed, Rulebook};
use crate::subject::SubjectFacts;
use crate::unit::{Quantity, Unit};

#[derive(Default)]
pub(super) struct Remarks {
    pub(super) stage: Option<StageUsed>,
    pub(super) notes: Vec<Note>,
}

pub(super) fn about(comparison: &Comparison, facts: &SubjectFacts, rulebook: &Rulebook, as_of: NaiveDate) -> Remarks {
    let mut remarks = match comparison.measure {
        Measure::UnsuppliedArea => Remarks { stage: None, notes: age_of_approval(comparison, facts, rulebook, as_of) },
        Measure::DaysPastAgreedStart => start_of_construction(comparison, facts, rulebook, as_of),
        Measure::DevelopedShare | Measure::InvestedShare => Remarks { stage: stopped(comparison, facts), notes: Vec::new() },
        _ => Remarks::default(),
    };
    if comparison.verdict == Verdict::Discretion {
        remarks.notes.extend(exception(facts));
    }
    remarks
}

/// What misses a rule that admits exceptions stays 需人工裁量; a document that grants one is put beside it.
fn exception(facts: &SubjectFacts) -> Option<Note> {
    let granted = facts.known(FactName::ExceptionDocument)?;
    let text = format!("登记有例外理由与文件：{}。是否成立由人核定，本系统不据以判为通过", granted.value.text());
    Some(Note { text, citation: None })
}

fn stopped(comparison: &Comparison, facts: &SubjectFacts) -> Option<StageUsed> {
    let since = day(facts, FactName::StoppedOn);
    (comparison.verdict != Verdict::Met).then(|| StageUsed { stage: Stage::Stopped, since, parameters: Vec::new() })
}

fn start_of_construction(comparison: &Comparison, facts: &SubjectFacts, rulebook: &Rulebook, as_of: NaiveDate) -> Remarks {
    let agreed = day(facts, FactName::AgreedStartOn);
    let begun = comparison.steps.iter().any(|step| step.operator == Operator::NoneOnceStarted);
    let stage = match agreed {
        _ if begun => StageUsed { stage: Stage::Started, since: day(facts, FactName::ActualStartOn), parameters: Vec::new() },
        Some(agreed) if comparison.verdict != Verdict::Met => overdue_stage(agreed, suspended(facts), rulebook, as_of),
        Some(_) | None => StageUsed { stage: Stage::NotDue, since: None, parameters: Vec::new() },
    };
    let late = match (begun, agreed, day(facts, FactName::ActualStartOn)) {
        (true, Some(agreed), Some(started)) if started > agreed => Some(Note {
            text: format!(
                "实际开工 {started} 晚于约定开工 {agreed}，相差 {} 天；已开工，不计为供而未用",
                (started - agreed).num_days()
            ),
            citation: None,
        }),
        (_, _, _) => None,
    };
    let fee = idle_fee(stage.stage, facts, rulebook, as_of);
    Remarks { stage: Some(stage), notes: late.into_iter().chain(fee).collect() }
}

/// 闲置费基数：what the fee would be reckoned from, where the price is known. Whether it is owed is for people to decide.
fn idle_fee(stage: Stage, facts: &SubjectFacts, rulebook: &Rulebook, as_of: NaiveDate) -> Option<Note> {
    if stage != Stage::SuspectedIdle {
        return None;
    }
    let share = rulebook.parameter(ParameterName::IdleFeeShare, as_of)?;
    let percent = share.value.limit_text();
    let text = match facts.known(FactName::LandPrice).and_then(|fact| number_of(fact.value)) {
        Some(price) => {
            let price = Quantity::new(price, Unit::WanYuan);
            let fee = Quantity::new(price.value * share.value.value, Unit::WanYuan);
            format!("土地闲置费基数：土地价款 {} × {percent} = {}；是否征缴以认定为准", price.text(), fee.text())
        }
        None => format!("土地闲置费按土地价款的 {percent} 计，土地价款未登记：{}", FactName::LandPrice.how_zh()),
    };
    Some(Note { text, citation: Some(share.citation.clone()) })
}

/// Whole days that do not count; the anniversaries move by as many.
fn suspended(facts: &SubjectFacts) -> u64 {
    facts.known(FactName::SuspendedDays).and_then(|fact| number_of(fact.value)).map_or(0, |days| days.max(0.0) as u64)
}

/// Overdue from the day after the agreed one; the longer stages from the anniversaries that the parameters name,
/// each later by the days that do not count.
fn overdue_stage(agreed: NaiveDate, suspended: u64, rulebook: &Rulebook, as_of: NaiveDate) -> StageUsed {
    let moved = |day: NaiveDate| day.checked_add_days(Days::new(suspended));
    let mut found = StageUsed { stage: Stage::Overdue, since: agreed.succ_opt().and_then(moved), parameters: Vec::new() };
    let later =
        [(ParameterName::IdleAfter, Stage::SuspectedIdle), (ParameterName::ReclaimableAfter, Stage::SuspectedReclaimable)];
    for (name, stage) in later {
        let Some(parameter) = rulebook.parameter(name, as_of) else { continue };
        found.parameters.push(parameter.clone());
        if let Some(since) = anniversary(agreed, parameter).and_then(moved)
            && since <= as_of
        {
            found.stage = stage;
            found.since = Some(since);
        }
    }
    found
}

fn age_of_approval(comparison: &Comparison, facts: &SubjectFacts, rulebook: &Rulebook, as_of: NaiveDate) -> Vec<Note> {
    let Some(approved) = day(facts, FactName::ApprovedOn) else {
        let text = format!("批准日期缺失，无法计算批准后的时间：{}", FactName::ApprovedOn.how_zh());
        return vec![Note { text, citation: None }];
    };
    let age =
        Note { text: format!("批准于 {approved}，至基准日 {as_of} 已{}", age_text(approved, as_of)), citation: None };
    let lapse = rulebook.parameter(ParameterName::ApprovalLapseAfter, as_of).and_then(|parameter| {
        let since = anniversary(approved, parameter)?;
        let lapsed = comparison.verdict != Verdict::Met && since <= as_of;
        lapsed.then(|| Note {
            text: format!("自 {since} 起满 {} 年：批文可能失效，需核", parameter.value.value),
            citation: Some(parameter.citation.clone()),
        })
    });
    [age].into_iter().chain(lapse).collect()
}

fn day(facts: &SubjectFacts, name: FactName) -> Option<NaiveDate> {
    facts.known(name).and_then(|fact| date_of(fact.value))
}

/// The day on which that many years are full; 29 February has its anniversary on 28 February.
pub(super) fn anniversary(day: NaiveDate, years: &ParameterUsed) -> Option<NaiveDate> {
    day.checked_add_months(Months::new(years.value.value as u32 * 12))
}

fn age_text(from: NaiveDate, to: NaiveDate) -> String {
    let mut months = (to.year() - from.year()) * 12 + to.month() as i32 - from.month() as i32;
    if to.day() < from.day() {
        months -= 1;
    }
    let days = (to - from).num_days();
    match (months.max(0) / 12, months.max(0) % 12) {
        (0, 0) => format!(" {days} 天"),
        (0, months) => format!(" {months} 个月（{days} 天）"),
        (years, 0) => format!(" {years} 年（{days} 天）"),
        (years, months) => format!(" {years} 年 {months} 个月（{days} 天）"),
    }
}
