//! The law as data: documents, tables, parameters and rules of one edition, read from text and checked before use.
//! What a rulebook says is in its files; this module only knows the form they must have. Reading files from a disk or
//! from the binary is the shell's business: it hands over [`RulebookFiles`].

mod canonical;
mod citation;
mod parameter;
mod parse;
mod reader;
mod rule;
mod table;

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::NaiveDate;
use serde::Serialize;

pub use citation::{Certainty, Citation, Document};
pub use parameter::{ParameterName, ParameterUsed};
pub use rule::{AppliesWhen, Compare, Force, Rule, RuleId, Threshold, ThresholdValue};
pub use table::{CodeMap, NoRow, Table};

use crate::code::{IndustryCode, IndustryEdition};

/// The files of a rulebook: relative path (with `/`) → text. `documents.toml` and `tables/*.toml` serve every edition,
/// `<edition>/*.toml` are the rules and parameters of one. Other files are ignored.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RulebookFiles {
    /// The edition to read: the name of its folder.
    pub edition: String,
    /// Relative path → text.
    pub files: BTreeMap<String, String>,
}

impl RulebookFiles {
    /// No files yet, of that edition.
    pub fn new(edition: impl Into<String>) -> RulebookFiles {
        RulebookFiles { edition: edition.into(), files: BTreeMap::new() }
    }

    /// Adds a file.
    pub fn insert(&mut self, path: impl Into<String>, text: impl Into<String>) {
        self.files.insert(path.into(), text.into());
    }
}

/// 规则库的错误：哪个文件第几行，应为什么，实为什么。
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, thiserror::Error)]
#[error("{file}:{line}：应为{expected}；实为{found}")]
pub struct RulebookFault {
    /// Relative path.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
    /// What was expected, in Chinese.
    pub expected: String,
    /// What was found, in Chinese.
    pub found: String,
}

/// 规则库：one edition, checked.
#[derive(Clone, Debug, PartialEq)]
pub struct Rulebook {
    edition: String,
    digest: Arc<str>,
    documents: BTreeMap<String, Document>,
    tables: BTreeMap<String, Table>,
    parameters: BTreeMap<ParameterName, Vec<ParameterUsed>>,
    rules: BTreeMap<RuleId, Rule>,
    industry_names: BTreeMap<IndustryCode, String>,
    files: RulebookFiles,
    code_maps: Vec<CodeMap>,
}

impl Rulebook {
    /// Reads and checks an edition. All faults at once, ordered by file and line.
    pub fn parse(files: &RulebookFiles) -> Result<Rulebook, Vec<RulebookFault>> {
        parse::rulebook(files)
    }

    /// The name of the edition: its folder.
    pub fn edition(&self) -> &str {
        &self.edition
    }

    /// SHA-256 of the canonical form, in lower-case hexadecimal; does not depend on the order of files or on blanks.
    pub fn digest(&self) -> &Arc<str> {
        &self.digest
    }

    /// The files it was read from, without those that it ignored: kept, they give the same rulebook again.
    pub fn files(&self) -> &RulebookFiles {
        &self.files
    }

    /// The rules, in the order of their ids.
    pub fn rules(&self) -> impl Iterator<Item = &Rule> {
        self.rules.values()
    }

    /// The rule of that id.
    pub fn rule(&self, id: &str) -> Option<&Rule> {
        self.rules.get(id)
    }

    /// The documents, in the order of their ids.
    pub fn documents(&self) -> impl Iterator<Item = &Document> {
        self.documents.values()
    }

    /// The tables, in the order of their ids.
    pub fn tables(&self) -> impl Iterator<Item = &Table> {
        self.tables.values()
    }

    /// The table of that id.
    pub fn table(&self, id: &str) -> Option<&Table> {
        self.tables.get(id)
    }

    /// The mapping from the edition of `industry` to the one that a table is keyed in.
    pub fn code_map(&self, industry: IndustryCode, keyed_in: IndustryEdition) -> Option<&CodeMap> {
        self.code_maps.iter().find(|map| map.leads(industry, keyed_in))
    }

    /// The parameter as it holds on that day.
    pub fn parameter(&self, name: ParameterName, as_of: NaiveDate) -> Option<&ParameterUsed> {
        self.parameters.get(&name)?.iter().find(|value| value.is_in_force(as_of))
    }

    /// Every dated value of the parameter, in the order of their days.
    pub fn parameter_values(&self, name: ParameterName) -> &[ParameterUsed] {
        self.parameters.get(&name).map(Vec::as_slice).unwrap_or_default()
    }

    /// Whether the rulebook names the industries of that edition, so that a code can be known or unknown.
    pub fn names_industries_of(&self, edition: IndustryEdition) -> bool {
        self.industry_names.keys().any(|code| code.edition == edition)
    }

    /// 行业大类名称，按其版本。
    pub fn industry_name(&self, code: IndustryCode) -> Option<&str> {
        self.industry_names.get(&code).map(String::as_str)
    }
}
