//! 改造项目 on one parcel in twenty: unions of neighbouring parcels with dated steps since 2023, a few claiming the same ground twice,
//! a few without a drawing.

use chrono::{Datelike, Days, NaiveDate};
use geo::{Coord, MultiPolygon};

use super::case::Cases;
use super::dice::{Dice, rounded};
use super::lot::M2_PER_MU;
use super::park::{Plot, operates};
use super::plan::ParkPlan;
use super::plane::{area, dissolve};
use super::planted::PROJECTS;
use super::row::{ProjectEventRow, ProjectRow};

/// Steps in the order in which they can happen, with the days that usually pass before each.
const STEPS: [(&str, i64, i64); 7] = [
    ("认定", 0, 0),
    ("方案批准", 40, 150),
    ("腾退", 60, 240),
    ("供地", 40, 150),
    ("开工", 30, 150),
    ("竣工", 130, 420),
    ("验收", 20, 90),
];

/// The steps a measure takes; all begin with 认定 and can end with 验收.
fn takes(measure: &str, step: &str) -> bool {
    match measure {
        "改造提升" | "兼并重组" => !matches!(step, "腾退" | "供地"),
        "关停淘汰" => matches!(step, "认定" | "方案批准" | "腾退" | "验收"),
        _ => true,
    }
}

/// The projects of a park and their events.
pub(super) fn rows(
    plots: &[Plot],
    plan: &ParkPlan,
    as_of: NaiveDate,
    dice: &mut Dice,
) -> (Vec<ProjectRow>, Vec<ProjectEventRow>) {
    let (mut projects, mut events) = (Vec::new(), Vec::new());
    for plot in plots {
        let parcels: Vec<usize> = plot.parcels().filter(|(_, made)| operates(made.state)).map(|(index, _)| index).collect();
        if parcels.is_empty() || !dice.chance(0.026 * parcels.len() as f64 + 0.07) {
            continue;
        }
        let first = dice.whole(0, parcels.len() as i64 - 1) as usize;
        let most = dice.weighted(&[(1, 4.0), (2, 3.0), (3, 2.0), (4, 1.0), (6, 1.0)]);
        let chosen = &parcels[first..(first + most).min(parcels.len())];
        add(plot, chosen, plan, as_of, dice, &mut projects, &mut events);
        if dice.chance(0.06) {
            // Another office reports part of the same ground once more.
            add(plot, &chosen[..chosen.len().div_ceil(2)], plan, as_of, dice, &mut projects, &mut events);
        }
    }
    (projects, events)
}

fn add(
    plot: &Plot,
    chosen: &[usize],
    plan: &ParkPlan,
    as_of: NaiveDate,
    dice: &mut Dice,
    projects: &mut Vec<ProjectRow>,
    events: &mut Vec<ProjectEventRow>,
) {
    let rings: Vec<Vec<Coord<f64>>> = chosen
        .iter()
        .map(|&index| &plot.block.lots[index])
        .flat_map(|lot| lot.rings.iter().cloned().chain(lot.hole.clone()))
        .collect();
    let ground = MultiPolygon(dissolve(&rings));
    let mu = area(&ground.0) / M2_PER_MU;
    let number = plan.number * 100 + projects.len() + 1;
    let code = format!("{}-GZ-{number:05}", plan.county);
    let measure = dice.weighted(&[
        ("改造提升", 40.0),
        ("收储", 18.0),
        ("腾退", 14.0),
        ("兼并重组", 10.0),
        ("提升入园", 10.0),
        ("关停淘汰", 8.0),
    ]);
    let mut day = NaiveDate::from_ymd_opt(2023, 1, 5).unwrap_or(as_of) + Days::new(dice.whole(0, 1150) as u64);
    for (step, least, most) in STEPS.into_iter().filter(|(step, ..)| takes(measure, step)) {
        day = day + Days::new(dice.whole(least, most) as u64);
        if day > as_of {
            break;
        }
        events.push(ProjectEventRow {
            project_code: code.clone(),
            division_code: plan.county,
            event: step,
            happened_on: day,
            document: format!("示例改造〔{}〕{number}号", day.year()),
        });
        if dice.chance(0.03) {
            break;
        }
    }
    let reported = if dice.chance(0.07) { mu * dice.between(1.05, 1.2) } else { mu };
    projects.push(ProjectRow {
        name: format!("{}示例园区{:02}改造项目{number}", plan.county_name, plan.number + 1),
        code,
        measure,
        reported_mu: rounded(reported, 2),
        approval_document: None,
        general_purpose: None,
        conforms: None,
        exception_reason: None,
        exception_document: None,
        reporting_unit: plan.reporting_unit,
        division_code: plan.county,
        ground: (!dice.chance(0.06)).then_some(ground),
    });
}

/// Tells of each project what its approval says, and of some that an exception was made for them.
pub(super) fn approve(projects: &mut [ProjectRow], events: &[ProjectEventRow], dice: &mut Dice, cases: &mut Cases) {
    for (index, project) in projects.iter_mut().enumerate() {
        let approved = events.iter().find(|event| event.project_code == project.code && event.event == "方案批准");
        let said = |dice: &mut Dice, yes: f64| dice.weighted(&[(Some("是"), yes), (Some("否"), 0.9 - yes), (None, 0.1)]);
        project.approval_document = approved.map(|event| event.document.replace("改造", "改造批"));
        project.general_purpose = said(dice, 0.3);
        project.conforms = said(dice, 0.75);
        let reason = dice.weighted(&[(None, 11.0), (Some("工艺特殊，不宜建多层厂房"), 1.0), (Some("消防与安全间距限制"), 1.0)]);
        if let (Some(reason), Some(event)) = (reason, approved) {
            project.exception_reason = Some(reason);
            project.exception_document = (!dice.chance(0.2)).then(|| event.document.replace("改造", "改造例外"));
            let (case, note) = match project.exception_document {
                Some(_) => ("exception", "改造项目有例外理由与例外批准文件"),
                None => ("exception-undocumented", "改造项目写了例外理由，没有例外批准文件"),
            };
            cases.note(case, PROJECTS, index, &project.code, note);
        }
        if project.general_purpose == Some("是") && project.conforms == Some("是") {
            cases.note("general-purpose", PROJECTS, index, &project.code, "通用类厂房，符合规划");
        }
    }
}
