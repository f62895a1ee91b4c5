//! A run on the wire: everything needed to make it again.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;

use crate::app::query::Run;

/// A run.
#[derive(Serialize)]
pub(in crate::serve) struct RunView {
    run_id: i64,
    is_current: bool,
    as_of: NaiveDate,
    known_at: DateTime<Utc>,
    facts_revision: i64,
    rulebook: RulebookView,
    library_versions: BTreeMap<String, String>,
    findings_sha256: String,
    subjects: i32,
    created_at: DateTime<Utc>,
    /// The command that makes it again.
    replay: String,
}

#[derive(Serialize)]
struct RulebookView {
    edition: String,
    digest: String,
}

/// A run, and which one is current.
pub(in crate::serve) fn run(recorded: Run, current: Option<i64>) -> RunView {
    let Run { run_id, run, created_at } = recorded;
    let known_at = run.known_at.to_rfc3339_opts(chrono::SecondsFormat::Micros, true);
    RunView {
        run_id,
        is_current: current == Some(run_id),
        as_of: run.as_of,
        known_at: run.known_at,
        facts_revision: run.facts_revision,
        replay: format!("mujun evaluate --as-of {} --known-at {known_at} --rulebook {}", run.as_of, run.rulebook_digest),
        rulebook: RulebookView { edition: run.rulebook_edition, digest: run.rulebook_digest },
        library_versions: run.library_versions,
        findings_sha256: run.findings_sha256,
        subjects: run.subjects,
        created_at,
    }
}
