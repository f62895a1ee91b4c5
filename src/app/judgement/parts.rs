//! A city judged for the record: twice, first only for what the findings of each parcel say together, then part by part with all the
//! evidence, which is some two kilobytes a finding and millions of findings. The same findings, evidence and digest as [`super::judge`].

use std::ops::ControlFlow;

use chrono::NaiveDate;
use mujun_domain::rulebook::Rulebook;
use mujun_domain::subject::SubjectKind;
use rayon::prelude::*;

use super::evidence::{Digester, detail};
use super::{JudgedApproval, JudgedFinding, JudgedParcel, Subjects, judged_approvals, judged_parcels, marks, placed, settle};
use crate::app::measuring::{MeasureError, measure_city};
use crate::app::registers::Registers;

/// Subjects whose findings are written out together.
const TOGETHER: usize = 500;

/// A finding with its evidence as JSON.
#[derive(Clone, Debug)]
pub struct Written {
    /// 结论。
    pub row: JudgedFinding,
    /// 全文，JSON。
    pub detail: Box<str>,
}

/// What is known when all findings are written.
#[derive(Clone, Debug)]
pub struct Summed {
    /// 宗地汇总，与 `Registers::parcels` 同序。
    pub parcels: Vec<JudgedParcel>,
    /// 批次汇总，与 `Registers::approvals` 同序。
    pub approvals: Vec<JudgedApproval>,
    /// 评价对象数。
    pub subjects: usize,
    /// 全部结论与汇总规范形式的 SHA-256，十六进制小写。
    pub digest: String,
}

/// Judges the whole city and hands its findings to `take`, in the order in which [`super::judge`] has them; `None` when it wants no more.
///
/// # Errors
/// As [`super::judge`].
pub fn judge_in_parts(
    registers: &Registers,
    rulebook: &Rulebook,
    as_of: NaiveDate,
    take: &mut dyn FnMut(Vec<Written>) -> ControlFlow<()>,
) -> Result<Option<Summed>, MeasureError> {
    let city = measure_city(registers, rulebook, as_of)?;
    let subjects = Subjects { registers, city: &city, rulebook, as_of };
    let marked = |kind, count: usize| -> Vec<_> {
        (0..count).into_par_iter().map(|position| marks(&subjects.findings(kind, position))).collect()
    };
    let of_parcels = marked(SubjectKind::Parcel, registers.parcels.len());
    let of_supplies = marked(SubjectKind::Supply, registers.supplies.len());
    let settled = settle(registers, &city, &of_parcels, &of_supplies);
    drop((of_parcels, of_supplies));

    let places = |kind, count| (0..count).map(move |position| (kind, position));
    let mut order: Vec<(SubjectKind, usize)> = places(SubjectKind::Parcel, registers.parcels.len())
        .chain(places(SubjectKind::Supply, registers.supplies.len()))
        .chain(places(SubjectKind::Approval, registers.approvals.len()))
        .collect();
    order.par_sort_by_key(|(kind, position)| (*kind, subjects.key(*kind, *position)));
    let mut digest = Digester::default();
    for part in order.chunks(TOGETHER) {
        let written = part.par_iter().map(|(kind, position)| {
            let findings = placed(subjects.findings(*kind, *position));
            let rows = subjects.rows(*kind, *position, findings, &settled)?;
            let written = |row: JudgedFinding| Written { detail: detail(&row.finding).into_boxed_str(), row };
            Ok(rows.into_iter().map(written).collect::<Vec<Written>>())
        });
        let written: Vec<Vec<Written>> = written.collect::<Result<_, MeasureError>>()?;
        let written: Vec<Written> = written.into_iter().flatten().collect();
        digest.findings(written.iter().map(|written| (&written.row, &*written.detail)));
        if take(written).is_break() {
            return Ok(None);
        }
    }
    let subjects = subjects.count();
    let approvals = judged_approvals(registers, &city, as_of);
    let parcels = judged_parcels(city, settled.parcels);
    let digest = digest.parcels(registers, &parcels);
    Ok(Some(Summed { parcels, approvals, subjects, digest }))
}
