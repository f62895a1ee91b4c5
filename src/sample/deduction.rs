//! 批次核减: pieces of approved, never supplied ground that were withdrawn or may be deducted.

use chrono::{Datelike, Days, NaiveDate};
use geo::MultiPolygon;

use super::approval::corners;
use super::case::Cases;
use super::dice::{Dice, rounded};
use super::park::Plot;
use super::plan::ParkPlan;
use super::plane::{Frame, area, polygon};
use super::planted::DEDUCTIONS;
use super::row::{ApprovalRow, DeductionRow};

/// Metres kept to the edge of a lot: a shifted drawing of the approval still holds the piece.
const KEPT_TO_THE_EDGE: f64 = 6.0;

/// The deductions of a park; `covered` are the plots of each approval.
pub(super) fn rows(
    plots: &[Plot],
    approvals: &[ApprovalRow],
    covered: &[Vec<usize>],
    (plan, frame, as_of): (&ParkPlan, Frame, NaiveDate),
    dice: &mut Dice,
    cases: &mut Cases,
) -> Vec<DeductionRow> {
    let mut rows: Vec<DeductionRow> = Vec::new();
    let mut turn = dice.whole(0, 3);
    for (approval, covered) in approvals.iter().zip(covered) {
        let Some(approved_on) = approval.approved_on.filter(|_| approval.ground.is_some() && approval.withdrawn_on.is_none())
        else {
            continue;
        };
        let vacant = covered.iter().flat_map(|&plot| plots[plot].block.lots.iter().zip(&plots[plot].made));
        let vacant = vacant.filter(|(_, made)| made.is_none()).filter_map(|(lot, _)| lot.cores.first());
        let pieces: Vec<_> = vacant
            .map(|core| core.inset(KEPT_TO_THE_EDGE))
            .filter(|piece| piece.width() > KEPT_TO_THE_EDGE && piece.height() > KEPT_TO_THE_EDGE)
            .collect();
        if pieces.is_empty() {
            continue;
        }
        turn += 1;
        if turn % 3 != 0 {
            continue;
        }
        let piece = pieces[dice.whole(0, pieces.len() as i64 - 1) as usize];
        let ground = MultiPolygon(vec![polygon(frame.ring(&corners(piece)), Vec::new())]);
        let decided_on = (approved_on + Days::new(dice.whole(200, 1200) as u64)).min(as_of);
        let serial = plan.number * 100 + rows.len() + 1;
        let named = !dice.chance(0.25);
        let (case, note, kind, reason) = match (dice.chance(0.5), named) {
            (true, true) => ("deduction-withdrawn", "批次中的一块已撤回", "撤回或收回", "批次部分撤回，调整用地计划"),
            (false, true) => ("deduction-permitted", "批次中的一块准予扣除", "准予扣除", "规划绿地与道路，不予供应"),
            (true, false) => ("deduction-anywhere", "没有写批准文号的核减，图形所及都核减", "撤回或收回", "收回，涉及多个批次"),
            (false, false) => ("deduction-anywhere", "没有写批准文号的核减，图形所及都核减", "准予扣除", "河道管理范围"),
        };
        let row = DeductionRow {
            code: format!("{}-HJ-{serial:05}", plan.county),
            approval_number: named.then(|| approval.number.clone()),
            kind,
            reason,
            document: format!("示例核减〔{}〕{}-{serial:03}号", decided_on.year(), plan.county),
            decided_on,
            area_hectares: rounded(area(&ground.0) / 10_000.0, 4),
            division_code: plan.county,
            ground,
        };
        cases.note(case, DEDUCTIONS, rows.len(), &row.code, note);
        rows.push(row);
    }
    rows
}
