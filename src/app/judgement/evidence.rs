//! The evidence written out: once for each finding, and the digest over the very bytes that are stored.

use mujun_domain::finding::{Finding, Outcome, OutcomeCode};
use mujun_domain::kind::Kind;
use mujun_domain::rulebook::{Force, RuleId};
use rayon::prelude::*;
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::{JudgedFinding, JudgedParcel};
use crate::app::registers::Registers;

/// The evidence of each finding as JSON, in their order.
pub(super) fn details(findings: &[JudgedFinding]) -> Vec<Box<str>> {
    findings.par_iter().map(|row| detail(&row.finding).into_boxed_str()).collect()
}

/// Most rules do not apply to most subjects: of such a finding only what the condition says is kept, with its source.
/// Labels follow from the codes, and there are neither stage nor notes.
#[derive(Serialize)]
struct NotApplied<'a> {
    rule: &'a RuleId,
    title: &'a str,
    force: Force,
    flag: Option<Kind>,
    flagged: bool,
    outcome: &'a str,
    result: &'a Outcome,
}

/// The evidence of a finding as JSON.
pub(super) fn detail(finding: &Finding) -> String {
    let text = match &finding.outcome {
        result @ Outcome::NotApplicable { .. } => serde_json::to_string(&NotApplied {
            rule: &finding.rule,
            title: &finding.title,
            force: finding.force,
            flag: finding.flag,
            flagged: finding.is_flagged(),
            outcome: OutcomeCode::NotApplicable.as_str(),
            result,
        }),
        Outcome::Compared(_) | Outcome::Undetermined { .. } => serde_json::to_string(finding),
    };
    text.expect("strings, finite numbers and dates in structs always serialise to JSON")
}

/// One line a finding and one a parcel, in their order: the form whose digest proves that a replay says the same.
#[derive(Default)]
pub(super) struct Digester(Sha256);

impl Digester {
    /// The next findings, each with its evidence.
    pub fn findings<'a>(&mut self, rows: impl Iterator<Item = (&'a JudgedFinding, &'a str)>) {
        for (row, detail) in rows {
            let area = row.flagged_area_m2.map_or_else(String::new, |m2| format!("{m2:?}"));
            let line = format!("{}\t{}\t{}\t{area}\t", row.subject.as_str(), row.division_code, row.subject_code);
            self.0.update(line.as_bytes());
            self.0.update(detail.as_bytes());
            self.0.update(b"\n");
        }
    }

    /// After all findings the parcels; answers the digest, hexadecimal in small letters.
    pub fn parcels(mut self, registers: &Registers, parcels: &[JudgedParcel]) -> String {
        for (version, parcel) in registers.parcels.iter().zip(parcels) {
            let kinds: Vec<&str> = parcel.kinds.iter().map(|kind| kind.as_str()).collect();
            let line = format!(
                "{}\t{}\t{:?}\t{:?}\t{:?}\t{}\t{:?}\n",
                version.record.division_code,
                version.record.parcel_code,
                parcel.measure.site.m2,
                parcel.plot_ratio(),
                parcel.building_density(),
                kinds.join(","),
                parcel.flagged_area_m2
            );
            self.0.update(line.as_bytes());
        }
        self.0.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }
}
