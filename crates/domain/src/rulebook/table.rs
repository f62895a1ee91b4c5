//! Tables of limits keyed by industry. A table may be declared and empty: then every look-up is undetermined, and says
//! how to load it. No row is ever inferred from another.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Serialize, Serializer};

use super::citation::Certainty;
use crate::code::{IndustryCode, IndustryEdition};
use crate::unit::{Quantity, Unit};

/// 指标表：行业大类到数值。
///
/// Invariant: every row is keyed in the table's own edition of the classification; a table without edition has no row.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Table {
    /// Stable id.
    pub id: String,
    /// Title.
    pub title: Arc<str>,
    /// Id of its document.
    pub document: String,
    /// 装载时所据文件的文号；`None` for a table that was not loaded by an office.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub document_number: Option<String>,
    /// How sure we are of its rows.
    pub certainty: Certainty,
    /// The unit of its values.
    pub unit: Unit,
    /// The edition its rows are keyed in; `None` while it is not known.
    pub code_edition: Option<IndustryEdition>,
    /// How to load it, shown while it has no row.
    pub how_to_load: String,
    /// Its rows. Empty until it is loaded.
    #[serde(serialize_with = "rows_in_order")]
    pub rows: BTreeMap<IndustryCode, Quantity>,
}

fn rows_in_order<S: Serializer>(rows: &BTreeMap<IndustryCode, Quantity>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(rows.iter().map(|(code, value)| (code.division(), value.value)))
}

/// 行业代码对照：which codes of an older edition an industry of a newer one may have had.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CodeMap {
    /// The edition that tables are keyed in.
    pub from: IndustryEdition,
    /// The editions in which industries are registered.
    pub to: Vec<IndustryEdition>,
    /// How sure we are of it.
    pub certainty: Certainty,
    /// Newer code → older codes, in order.
    #[serde(serialize_with = "pairs_in_order")]
    pub rows: BTreeMap<IndustryCode, Vec<IndustryCode>>,
}

fn pairs_in_order<S: Serializer>(rows: &BTreeMap<IndustryCode, Vec<IndustryCode>>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(rows.iter())
}

impl CodeMap {
    /// Whether it leads from codes of `industry`'s edition to codes of `keyed_in`.
    pub fn leads(&self, industry: IndustryCode, keyed_in: IndustryEdition) -> bool {
        self.from == keyed_in && self.to.contains(&industry.edition)
    }

    /// The older codes that the industry may have had; empty when it had none.
    pub fn candidates(&self, industry: IndustryCode) -> &[IndustryCode] {
        self.rows.get(&industry).map_or(&[], Vec::as_slice)
    }
}

/// Why a table gives no value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoRow {
    /// The table is declared and not loaded.
    Empty,
    /// The table is keyed in another edition than the code.
    OtherEdition(IndustryEdition),
    /// The table has no row for that industry.
    NotListed,
}

impl Table {
    /// The value for that industry. A code of another edition is never looked up by its number alone.
    pub fn value(&self, industry: IndustryCode) -> Result<Quantity, NoRow> {
        match self.code_edition {
            None => Err(NoRow::Empty),
            Some(_) if self.rows.is_empty() => Err(NoRow::Empty),
            Some(edition) if edition != industry.edition => Err(NoRow::OtherEdition(edition)),
            Some(_) => self.rows.get(&industry).copied().ok_or(NoRow::NotListed),
        }
    }
}
