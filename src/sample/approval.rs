//! 用地批次: batches over runs of neighbouring blocks, some of whose ground was never supplied, a few withdrawn, shifted or without a drawing.

use chrono::{Datelike, Days, NaiveDate};
use geo::{Coord, MultiPolygon, Translate};

use super::block::Rect;
use super::dice::{Dice, rounded};
use super::lot::MATURE_DAYS;
use super::park::Plot;
use super::plan::ParkPlan;
use super::plane::{Frame, area, dissolve, node};
use super::row::ApprovalRow;

/// A batch: the plots it covers and its day.
pub(super) struct Draft {
    plots: Vec<usize>,
    approved_on: NaiveDate,
    /// The batch was never supplied at all and was withdrawn.
    withdrawn: bool,
}

impl Draft {
    /// The plots it covers.
    pub(super) fn plots(&self) -> &[usize] {
        &self.plots
    }
}

/// Groups plots (in row order) into batches and tells each plot its day; one plot in five has none, being older than the register.
/// `recent` says which plots were laid out for a young approval.
pub(super) fn draft(plots: &mut [Plot], recent: &[bool], as_of: NaiveDate, dice: &mut Dice) -> Vec<Draft> {
    let mut drafts = Vec::new();
    let mut at = 0;
    while at < plots.len() {
        let most = dice.weighted(&[(1, 2.0), (2, 3.0), (3, 2.0), (4, 1.5), (6, 1.0)]);
        let fits = |next: usize| {
            let (previous, next_plot) = (&plots[next - 1].block, &plots[next].block);
            recent[next] == recent[at] && next_plot.row == previous.row && next_plot.column == previous.column + 1
        };
        let mut end = at + 1;
        while end < plots.len() && end < at + most && fits(end) {
            end += 1;
        }
        if recent[at] || !dice.chance(0.2) {
            let earliest = NaiveDate::from_ymd_opt(2012, 1, 10).unwrap_or(as_of);
            let mature = (as_of - earliest).num_days().max(MATURE_DAYS + 1);
            let age = if recent[at] { dice.whole(40, MATURE_DAYS - 1) } else { dice.whole(MATURE_DAYS, mature) };
            let approved_on = as_of - Days::new(age as u64);
            for plot in &mut plots[at..end] {
                plot.approved_on = Some(approved_on);
            }
            drafts.push(Draft { plots: (at..end).collect(), approved_on, withdrawn: dice.chance(0.35) });
        }
        at = end;
    }
    drafts
}

/// The rows of the batches.
pub(super) fn rows(
    plots: &[Plot],
    drafts: Vec<Draft>,
    plan: &ParkPlan,
    frame: Frame,
    as_of: NaiveDate,
    dice: &mut Dice,
) -> Vec<ApprovalRow> {
    let mut rows = Vec::new();
    for (index, draft) in drafts.into_iter().enumerate() {
        let covered: Vec<&Plot> = draft.plots.iter().map(|&plot| &plots[plot]).collect();
        let never_supplied = covered.iter().all(|plot| plot.parcels().next().is_none());
        let mut rings: Vec<Vec<Coord<f64>>> = Vec::new();
        for plot in &covered {
            for lot in &plot.block.lots {
                rings.extend(lot.rings.iter().cloned());
                rings.extend(lot.hole.clone());
            }
        }
        if covered.len() > 1 && dice.chance(0.15) {
            for pair in covered.windows(2) {
                let (left, right) = (pair[0].block.rect, pair[1].block.rect);
                rings.push(frame.ring(&corners(Rect { u0: left.u1, u1: right.u0, ..left })));
            }
            node(&mut rings);
        }
        let mut ground = MultiPolygon(dissolve(&rings));
        let hectares = area(&ground.0) / 10_000.0;
        if dice.chance(0.15) {
            let shift = |dice: &mut Dice| rounded(dice.between(0.15, 0.6) * if dice.chance(0.5) { 1.0 } else { -1.0 }, 3);
            ground.translate_mut(shift(dice), shift(dice));
        }
        let withdrawn = never_supplied && draft.withdrawn;
        let lapse = Days::new(dice.whole(30, 900) as u64);
        let number = plan.number * 100 + index + 1;
        rows.push(ApprovalRow {
            number: format!("示例政土〔{}〕{}-{number:04}号", draft.approved_on.year(), plan.county),
            name: format!("{}{}年度示例计划第{number}批次建设用地", plan.county_name, draft.approved_on.year()),
            level: if dice.chance(0.1) { "国务院" } else { "省政府" },
            approved_on: Some(draft.approved_on),
            withdrawn_on: withdrawn.then_some((draft.approved_on + lapse).min(as_of)),
            area_hectares: rounded(hectares * (1.0 + dice.between(-0.001, 0.001)), 4),
            division_code: plan.county,
            ground: (!dice.chance(0.04)).then_some(ground),
        });
    }
    rows
}

/// Corners of a rectangle, counter-clockwise.
pub(super) fn corners(rect: Rect) -> [(f64, f64); 4] {
    [(rect.u0, rect.v0), (rect.u1, rect.v0), (rect.u1, rect.v1), (rect.u0, rect.v1)]
}
