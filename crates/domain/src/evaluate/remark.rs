//! What a finding says besides its verdict: the stage of land supplied and not used, the age of an approval. Remarks change
//! no verdict. The years in them are parameters of the rulebook; without the parameter there is no remark.

use chrono::{Datelike, Months, NaiveDate};

use crate::fact::FactName;
use crate::finding::{Comparison, Note, StageUsed, Verdict};
use crate::measure::{Measure, Operator, Stage, date_of};
use crate::rulebook::{ParameterName, ParameterUsed, Rulebook};
use crate::subject::SubjectFacts;

#[derive(Default)]
pub(super) struct Remarks {
    pub(super) stage: Option<StageUsed>,
    pub(super) notes: Vec<Note>,
}

pub(super) fn about(comparison: &Comparison, facts: &SubjectFacts, rulebook: &Rulebook, as_of: NaiveDate) -> Remarks {
    match comparison.measure {
        Measure::PlotRatio | Measure::BuildingDensity => Remarks::default(),
        Measure::UnsuppliedArea => Remarks { stage: None, notes: age_of_approval(comparison, facts, rulebook, as_of) },
        Measure::DaysPastAgreedStart => start_of_construction(comparison, facts, rulebook, as_of),
    }
}

fn start_of_construction(comparison: &Comparison, facts: &SubjectFacts, rulebook: &Rulebook, as_of: NaiveDate) -> Remarks {
    let agreed = day(facts, FactName::AgreedStartOn);
    let begun = comparison.steps.iter().any(|step| step.operator == Operator::NoneOnceStarted);
    let stage = match agreed {
        _ if begun => StageUsed { stage: Stage::Started, since: day(facts, FactName::ActualStartOn), parameters: Vec::new() },
        Some(agreed) if comparison.verdict != Verdict::Met => overdue_stage(agreed, rulebook, as_of),
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
    Remarks { stage: Some(stage), notes: late.into_iter().collect() }
}

/// Overdue from the day after the agreed one; the longer stages from the anniversaries that the parameters name.
fn overdue_stage(agreed: NaiveDate, rulebook: &Rulebook, as_of: NaiveDate) -> StageUsed {
    let mut found = StageUsed { stage: Stage::Overdue, since: agreed.succ_opt(), parameters: Vec::new() };
    let later =
        [(ParameterName::IdleAfter, Stage::SuspectedIdle), (ParameterName::ReclaimableAfter, Stage::SuspectedReclaimable)];
    for (name, stage) in later {
        let Some(parameter) = rulebook.parameter(name, as_of) else { continue };
        found.parameters.push(parameter.clone());
        if let Some(since) = anniversary(agreed, parameter)
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
fn anniversary(day: NaiveDate, years: &ParameterUsed) -> Option<NaiveDate> {
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
