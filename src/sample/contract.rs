//! What the plan demanded of a contract's site, how far building has come, and what befell it: extensions, suspensions, stopped work.

use chrono::{Datelike, Days, NaiveDate};

use super::case::Cases;
use super::dice::{Dice, rounded};
use super::plan::ParkPlan;
use super::planted::{SUPPLIES, SUPPLY_EVENTS};
use super::row::{BuildProgress, Construction, PlanTerms, SupplyEventRow, SupplyRow};
use super::trade;

/// 亩 of a hectare.
const MU_PER_HECTARE: f64 = 15.0;
/// Work that began this long ago may have been at rest for more than a year.
const OLD_WORK_DAYS: i64 = 420;

/// What befalls one overdue contract after the other; each park begins elsewhere in the round.
const ROUND: [Option<Befall>; 16] = [
    Some(Befall::Extension),
    None,
    None,
    Some(Befall::GovernmentCause),
    None,
    None,
    Some(Befall::CourtSeizure),
    None,
    None,
    Some(Befall::Undocumented),
    None,
    None,
    Some(Befall::ForceMajeure),
    None,
    None,
    None,
];

#[derive(Clone, Copy)]
enum Befall {
    Extension,
    GovernmentCause,
    ForceMajeure,
    CourtSeizure,
    /// A government cause that nobody put on paper.
    Undocumented,
}

/// Fills in the plan conditions and the progress of the contracts and tells what befell them.
pub(super) fn befall(
    supplies: &mut [SupplyRow],
    plan: &ParkPlan,
    as_of: NaiveDate,
    dice: &mut Dice,
    cases: &mut Cases,
) -> Vec<SupplyEventRow> {
    let mut events = Vec::new();
    let mut turn = dice.whole(0, ROUND.len() as i64 - 1) as usize;
    let mut stopped = dice.whole(0, 2) as usize;
    for (index, supply) in supplies.iter_mut().enumerate() {
        if dice.chance(0.65) {
            supply.plan = conditions(supply, plan, index, dice);
            let note = "合同与规划条件都写了容积率下限，并有成交价款";
            cases.note("plan-conditions", SUPPLIES, index, &supply.code, note);
        }
        supply.progress = progress(supply, as_of, dice);
        if let Some((case, note)) = rest(supply, as_of, &mut stopped, dice) {
            cases.note(case, SUPPLIES, index, &supply.code, note);
        }
        let overdue = supply.construction == Construction::NotStarted && supply.agreed_start_on.is_some_and(|day| day < as_of);
        if overdue {
            turn += 1;
            if let Some(what) = ROUND[turn % ROUND.len()]
                && let Some((case, note, event)) = event(what, supply, plan, events.len() + 1, as_of, dice)
            {
                cases.note(case, SUPPLY_EVENTS, events.len(), &event.code, note);
                events.push(event);
            }
        }
    }
    events
}

fn conditions(supply: &SupplyRow, plan: &ParkPlan, index: usize, dice: &mut Dice) -> PlanTerms {
    let year = supply.signed_on.year();
    let floor = supply.far_min.unwrap_or_else(|| trade::far_floor(supply.industry, year, dice));
    // Now and then the plan asks for more, or for less, than the contract repeats.
    let floor = rounded((floor + dice.weighted(&[(0.0, 8.0), (0.2, 1.0), (-0.1, 1.0)])).max(0.5), 1);
    PlanTerms {
        far_min: Some(floor),
        far_max: Some(rounded(floor + dice.weighted(&[(1.0, 3.0), (1.5, 1.0)]), 1)),
        density_max_percent: Some(dice.weighted(&[(50.0, 1.0), (55.0, 2.0), (60.0, 4.0)])),
        document: Some(format!("示例规条〔{year}〕{}-{:03}号", plan.county, plan.number * 1000 + index + 1)),
    }
}

fn progress(supply: &SupplyRow, as_of: NaiveDate, dice: &mut Dice) -> BuildProgress {
    let recorded = match supply.construction {
        Construction::Started => 0.85,
        Construction::Finished => 0.3,
        Construction::NotStarted => 0.5,
        Construction::Unrecorded => 0.0,
    };
    if !dice.chance(recorded) {
        return BuildProgress::default();
    }
    let days = supply.started_on.map_or(0, |day| (as_of - day).num_days());
    let share = |dice: &mut Dice| match supply.construction {
        Construction::Finished => 1.0,
        Construction::Started => (days as f64 / 700.0 * dice.between(0.6, 1.2)).clamp(0.05, 0.95),
        _ => 0.0,
    };
    let due = rounded(supply.area_hectares, 4);
    let total = rounded(supply.area_hectares * MU_PER_HECTARE * dice.between(220.0, 600.0), 0);
    BuildProgress {
        due_hectares: Some(due),
        developed_hectares: Some(rounded(due * share(dice), 4)),
        total_investment: Some(total),
        invested: Some(rounded(total * share(dice), 0)),
        stopped_on: None,
    }
}

/// Puts old unfinished work to rest for more than a year: with little developed, with little invested, or with much of both.
fn rest(supply: &mut SupplyRow, as_of: NaiveDate, stopped: &mut usize, dice: &mut Dice) -> Option<(&'static str, &'static str)> {
    let begun = supply.started_on.filter(|_| supply.construction == Construction::Started)?;
    let age = (as_of - begun).num_days();
    if age < OLD_WORK_DAYS || dice.chance(0.25) {
        return None;
    }
    let kinds = [
        ("stopped-little-developed", "中止开发建设已满一年，已动工开发面积不足应动工面积的三分之一", (0.05, 0.3), (0.3, 0.7)),
        ("stopped-little-invested", "中止开发建设已满一年，已投资额不足总投资额的四分之一", (0.4, 0.8), (0.03, 0.22)),
        ("stopped-far-along", "中止开发建设已满一年，开发面积与投资额都已过线", (0.4, 0.8), (0.3, 0.8)),
    ];
    let (case, note, developed, invested) = kinds[*stopped % kinds.len()];
    *stopped += 1;
    let due = rounded(supply.area_hectares, 4);
    let total = rounded(supply.area_hectares * MU_PER_HECTARE * dice.between(220.0, 600.0), 0);
    supply.progress = BuildProgress {
        due_hectares: Some(due),
        developed_hectares: Some(rounded(due * dice.between(developed.0, developed.1), 4)),
        total_investment: Some(total),
        invested: Some(rounded(total * dice.between(invested.0, invested.1), 0)),
        stopped_on: Some(as_of - Days::new(dice.whole(370, age - 20) as u64)),
    };
    Some((case, note))
}

fn event(
    what: Befall,
    supply: &SupplyRow,
    plan: &ParkPlan,
    number: usize,
    as_of: NaiveDate,
    dice: &mut Dice,
) -> Option<(&'static str, &'static str, SupplyEventRow)> {
    let start = supply.agreed_start_on?;
    let on = |day: NaiveDate, days: i64| day + Days::new(days.max(0) as u64);
    let yesterday = as_of.pred_opt()?;
    let from = match what {
        Befall::Extension => on(start, dice.whole(0, 150)),
        Befall::GovernmentCause | Befall::Undocumented => start - Days::new(dice.whole(0, 40) as u64),
        Befall::ForceMajeure | Befall::CourtSeizure => on(start, dice.whole(5, 100)),
    };
    let starts_on = from.max(supply.signed_on).min(yesterday);
    let until = on(starts_on, dice.whole(60, 420));
    let ended = until < as_of && !(matches!(what, Befall::CourtSeizure) && dice.chance(0.5));
    let longer = Days::new(dice.whole(200, 500) as u64);
    let serial = plan.number * 100 + number;
    let paper = |word: &str| Some(format!("示例{word}〔{}〕{}-{serial:03}号", starts_on.year(), plan.county));
    let (case, note, kind, document, remark) = match what {
        Befall::Extension => {
            ("extension", "签有延期补充协议，约定了新的开工日期", "延期补充协议", paper("补充协议"), "双方协商延期")
        }
        Befall::GovernmentCause => ("government-cause", "因政府原因不能开工，有文件", "政府原因", paper("函"), "场地外电力迁改"),
        Befall::ForceMajeure => ("force-majeure", "因不可抗力不能开工，有文件", "不可抗力", paper("证明"), "台风受淹"),
        Befall::CourtSeizure => ("court-seizure", "土地被司法查封，有文件", "司法查封", paper("执字"), "权利受限"),
        Befall::Undocumented => {
            ("suspension-undocumented", "称因政府原因不能开工，没有文件", "政府原因", None, "企业自述，文件待补")
        }
    };
    let extended = matches!(what, Befall::Extension);
    let row = SupplyEventRow {
        code: format!("{}-BG-{serial:05}", plan.county),
        supply_code: supply.code.clone(),
        division_code: plan.county,
        kind,
        starts_on,
        ends_on: (!extended && ended).then_some(until),
        new_start_on: extended.then(|| start.max(starts_on) + longer),
        new_finish_on: supply.agreed_finish_on.filter(|_| extended).map(|day| day.max(starts_on) + longer),
        document_dated: document.as_ref().map(|_| starts_on),
        document,
        remark,
    };
    Some((case, note, row))
}
