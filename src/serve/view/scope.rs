//! The scope: under which law, date and knowledge an answer holds.

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;

use super::label::data_label;
use crate::app::query::Scope;

/// The scope as every answer carries it.
#[derive(Clone, Serialize)]
pub(in crate::serve) struct ScopeView {
    as_of: NaiveDate,
    known_at: DateTime<Utc>,
    run_id: i64,
    rulebook: RulebookView,
    facts_revision: i64,
    /// Greater than `facts_revision` when data came in after the run.
    registers_revision: i64,
    is_synthetic: bool,
    data_label: Option<&'static str>,
    observed_on: Option<NaiveDate>,
    library_versions: serde_json::Value,
}

#[derive(Clone, Serialize)]
struct RulebookView {
    edition: String,
    digest: String,
}

impl From<Scope> for ScopeView {
    fn from(scope: Scope) -> Self {
        ScopeView {
            as_of: scope.as_of,
            known_at: scope.known_at,
            run_id: scope.run_id,
            rulebook: RulebookView { edition: scope.rulebook_edition, digest: scope.rulebook_digest },
            facts_revision: scope.facts_revision,
            registers_revision: scope.registers_revision,
            is_synthetic: scope.is_synthetic,
            data_label: data_label(scope.is_synthetic),
            observed_on: scope.observed_on,
            library_versions: scope.library_versions,
        }
    }
}
