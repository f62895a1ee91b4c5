//! The digest of an edition: over what was understood, not over the bytes of its files. Order of files, blanks and comments
//! change nothing; a changed number, word, day or source changes it.

use std::collections::BTreeSet;

use serde::Serialize;
use sha2::{Digest, Sha256};

use super::citation::{Citation, Document};
use super::parameter::ParameterUsed;
use super::parse::Shelf;
use super::rule::{Rule, ThresholdValue};
use super::table::{CodeMap, Table};

/// SHA-256 of what the edition says: its rules and parameters, and the documents and tables they rest on. A document or
/// table that this edition does not use changes nothing, so that past editions keep their digest when others are added.
pub(super) fn digest(edition: &str, shelf: &Shelf) -> String {
    #[derive(Serialize)]
    struct Canonical<'a> {
        form: u32,
        edition: &'a str,
        documents: Vec<&'a Document>,
        tables: Vec<&'a Table>,
        parameters: Vec<&'a ParameterUsed>,
        rules: Vec<&'a Rule>,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        code_maps: Vec<&'a CodeMap>,
    }
    let mut used_tables = BTreeSet::new();
    let mut used_documents = BTreeSet::new();
    let cited = |citation: &'_ Citation| -> Vec<String> {
        citation.also.iter().chain([citation]).map(|citation| citation.document_id.clone()).collect()
    };
    for threshold in shelf.rules.values().flat_map(|rule| &rule.thresholds) {
        used_documents.extend(cited(&threshold.citation));
        match &threshold.value {
            ThresholdValue::Table { table, .. } => {
                used_tables.insert(table.clone());
            }
            ThresholdValue::Fixed(_) | ThresholdValue::Fact(_) | ThresholdValue::Unset { .. } => {}
        }
    }
    for parameter in shelf.parameters.values().flatten() {
        used_documents.extend(cited(&parameter.citation));
    }
    let tables: Vec<&Table> = used_tables.iter().filter_map(|id| shelf.tables.get(id)).collect();
    let code_maps =
        shelf.code_maps.iter().filter(|map| tables.iter().any(|table| table.code_edition == Some(map.from))).collect();
    used_documents.extend(tables.iter().map(|table| table.document.clone()));
    let canonical = Canonical {
        form: 1,
        edition,
        documents: used_documents.iter().filter_map(|id| shelf.documents.get(id)).collect(),
        tables,
        parameters: shelf.parameters.values().flatten().collect(),
        rules: shelf.rules.values().collect(),
        code_maps,
    };
    let bytes = serde_json::to_vec(&canonical).expect("strings, numbers and dates in structs always serialise to JSON");
    Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}
