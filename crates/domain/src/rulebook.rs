//! The law as data: documents, tables, parameters and rules of one edition, read from text and checked before use.
//! What a rulebook says is in its files; this module only knows the form they must have. Reading files from a disk or
//! from the binary is the shell's business: it hands over [`RulebookFiles`].

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize, Serializer};

use crate::code::IndustryCode;
use crate::fact::FactName;
use crate::kind::Kind;
use crate::measure::Measure;
use crate::subject::SubjectKind;
use crate::unit::Quantity;

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

/// 规则编号。Stable for ever: lower-case words joined by hyphens. Cheap to clone.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RuleId(Arc<str>);

impl RuleId {
    /// The id of that text.
    pub fn new(text: &str) -> RuleId {
        RuleId(Arc::from(text))
    }

    /// As text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for RuleId {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl Serialize for RuleId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl std::borrow::Borrow<str> for RuleId {
    fn borrow(&self) -> &str {
        &self.0
    }
}

/// 效力。How the text speaks: orders, advice, or a goal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Force {
    /// 强制
    Binding,
    /// 指导：未达到需人工裁量
    Guidance,
    /// 参考：低于参考值不是违反，也不作标记
    Benchmark,
}

impl Force {
    /// Every force, strongest first.
    pub const ALL: [Force; 3] = [Force::Binding, Force::Guidance, Force::Benchmark];

    /// The word used in JSON, SQL and the rulebook.
    pub fn as_str(self) -> &'static str {
        match self {
            Force::Binding => "binding",
            Force::Guidance => "guidance",
            Force::Benchmark => "benchmark",
        }
    }

    /// 中文名称。
    pub fn label_zh(self) -> &'static str {
        match self {
            Force::Binding => "强制",
            Force::Guidance => "指导",
            Force::Benchmark => "参考",
        }
    }
}

/// How a measured value is held against its threshold; both admit equality.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Compare {
    /// 不低于
    AtLeast,
    /// 不高于
    AtMost,
}

impl Compare {
    /// The word used in JSON and the rulebook.
    pub fn as_str(self) -> &'static str {
        match self {
            Compare::AtLeast => "at_least",
            Compare::AtMost => "at_most",
        }
    }

    /// ≥ or ≤.
    pub fn symbol(self) -> &'static str {
        match self {
            Compare::AtLeast => "≥",
            Compare::AtMost => "≤",
        }
    }

    /// 下限 or 上限.
    pub fn bound_label_zh(self) -> &'static str {
        match self {
            Compare::AtLeast => "下限",
            Compare::AtMost => "上限",
        }
    }
}

/// 可信程度。How sure we are of a text: read, read second hand, remembered, worked out, proposed, not found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING-KEBAB-CASE")]
pub enum Certainty {
    /// 读过原文
    Verified,
    /// 读过转述或转载
    VerifiedSecondary,
    /// 由已核实的事实推得
    Inferred,
    /// 凭记忆，未见原文：不得强制
    Recalled,
    /// 本系统建议，非任何机关的规定
    Proposed,
    /// 未找到
    Unknown,
}

impl Certainty {
    /// Every mark, surest first.
    pub const ALL: [Certainty; 6] = [
        Certainty::Verified,
        Certainty::VerifiedSecondary,
        Certainty::Inferred,
        Certainty::Recalled,
        Certainty::Proposed,
        Certainty::Unknown,
    ];

    /// The word used in JSON and the rulebook.
    pub fn as_str(self) -> &'static str {
        match self {
            Certainty::Verified => "VERIFIED",
            Certainty::VerifiedSecondary => "VERIFIED-SECONDARY",
            Certainty::Inferred => "INFERRED",
            Certainty::Recalled => "RECALLED",
            Certainty::Proposed => "PROPOSED",
            Certainty::Unknown => "UNKNOWN",
        }
    }

    /// 中文名称。
    pub fn label_zh(self) -> &'static str {
        match self {
            Certainty::Verified => "已读原文",
            Certainty::VerifiedSecondary => "已读转载或转述",
            Certainty::Inferred => "推得",
            Certainty::Recalled => "凭记忆，未见原文",
            Certainty::Proposed => "建议值，非规定",
            Certainty::Unknown => "未找到",
        }
    }

    /// Whether a rule that rests on it may bind: only on words that were read.
    pub fn may_bind(self) -> bool {
        match self {
            Certainty::Verified | Certainty::VerifiedSecondary => true,
            Certainty::Inferred | Certainty::Recalled | Certainty::Proposed | Certainty::Unknown => false,
        }
    }
}

/// 引用：文件、条款、原文或转述。
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Citation {
    /// Id of the document.
    pub document_id: String,
    /// Its title.
    pub document_title: String,
    /// Its number, where it is known.
    pub document_number: Option<String>,
    /// The clause.
    pub clause: String,
    /// The words, verbatim; `……` stands for words left out. Every piece is in the stored text of the document.
    pub quote: Option<String>,
    /// What it says in other words, where the verbatim text was not read.
    pub paraphrase: Option<String>,
    /// How sure we are: the weaker of the document's and the clause's.
    pub certainty: Certainty,
    /// Where the text was read.
    pub address: Option<String>,
}

/// 文件。
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Document {
    /// Stable id.
    pub id: String,
    /// Title.
    pub title: String,
    /// Issuer, where known.
    pub issuer: Option<String>,
    /// Number, where known.
    pub number: Option<String>,
    /// Date of issue, where known.
    pub dated: Option<NaiveDate>,
    /// How sure we are of it.
    pub certainty: Certainty,
    /// Where it was read.
    pub address: Option<String>,
    /// The words we keep of it, verbatim.
    pub excerpt: Option<String>,
}

/// 规则：one operative sentence of one text.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// Stable id.
    pub id: RuleId,
    /// 标题。
    pub title_zh: Arc<str>,
    /// How it speaks.
    pub force: Force,
    /// The kind of inefficient land that missing it suggests.
    pub flag: Option<Kind>,
    /// What it is about.
    pub subjects: Vec<SubjectKind>,
    /// What is measured.
    pub measure: Measure,
    /// How it compares.
    pub compare: Compare,
    /// Its thresholds in the order of their days; intervals do not overlap.
    pub thresholds: Vec<Threshold>,
    /// What must hold before it applies, in order.
    pub applies_when: Vec<AppliesWhen>,
}

impl Rule {
    /// The threshold in force on that day.
    pub fn threshold(&self, as_of: NaiveDate) -> Option<&Threshold> {
        self.thresholds.iter().find(|threshold| threshold.is_in_force(as_of))
    }
}

/// 阈值，在 [from, until) 内有效。
#[derive(Clone, Debug, PartialEq)]
pub struct Threshold {
    /// 起（含）。
    pub effective_from: NaiveDate,
    /// 止（不含）；`None` for no end yet.
    pub effective_until: Option<NaiveDate>,
    /// The number, or where it comes from.
    pub value: ThresholdValue,
    /// The clause.
    pub citation: Arc<Citation>,
}

impl Threshold {
    /// Whether it holds on that day.
    pub fn is_in_force(&self, as_of: NaiveDate) -> bool {
        self.effective_from <= as_of && self.effective_until.is_none_or(|until| as_of < until)
    }
}

/// 阈值的数，或数的来处。
#[derive(Clone, Debug, PartialEq)]
pub enum ThresholdValue {
    /// A number in the unit of the measure.
    Fixed(Quantity),
    /// A fact of the subject.
    Fact(FactName),
    /// The row of the subject's industry in a table, and what is added to it.
    Table {
        /// Id of the table.
        table: String,
        /// What is added; zero for nothing.
        plus: f64,
    },
}

/// A condition of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AppliesWhen {
    /// A flag that must be yes.
    Flag(FactName),
    /// The approval was given by that day, and was not withdrawn by it.
    ApprovalInForce,
}

/// 指标表：行业大类到数值。
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// Stable id.
    pub id: String,
    /// Title.
    pub title: Arc<str>,
    /// Id of its document.
    pub document: String,
    /// How sure we are of its rows.
    pub certainty: Certainty,
    /// How to load it, shown while it has no row.
    pub how_to_load: String,
    /// Its rows. Empty until it is loaded.
    pub rows: BTreeMap<IndustryCode, Quantity>,
}

/// 参数名。The closed list of numbers that the program takes from the rulebook outside of thresholds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ParameterName {
    /// 层高限值，m：超过（不含等于）的层按两层计。
    TallStoreyHeight,
    /// 碎屑面积容差，m²：小于它的剩余小块不计为剩余。
    SliverMinArea,
    /// 碎屑宽度容差，m：窄于它的剩余小块不计为剩余。
    SliverMinWidth,
    /// 疑似闲置的年限，年：逾期未开工满此年限。
    IdleAfter,
    /// 疑似可收回的年限，年：逾期未开工满此年限。
    ReclaimableAfter,
    /// 批文可能失效的年限，年：批准后满此年限未用。
    ApprovalLapseAfter,
}

/// 参数值，在 [from, until) 内有效。
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ParameterUsed {
    /// Which parameter.
    pub name: ParameterName,
    /// Its value.
    pub value: Quantity,
    /// 起（含）。
    pub effective_from: NaiveDate,
    /// 止（不含）。
    pub effective_until: Option<NaiveDate>,
    /// The clause, or the mark that it is a setting of the operator.
    pub citation: Arc<Citation>,
}

impl ParameterName {
    /// Every parameter.
    pub const ALL: [ParameterName; 6] = [
        ParameterName::TallStoreyHeight,
        ParameterName::SliverMinArea,
        ParameterName::SliverMinWidth,
        ParameterName::IdleAfter,
        ParameterName::ReclaimableAfter,
        ParameterName::ApprovalLapseAfter,
    ];

    /// The word used in JSON and the rulebook.
    pub fn as_str(self) -> &'static str {
        match self {
            ParameterName::TallStoreyHeight => "tall_storey_height",
            ParameterName::SliverMinArea => "sliver_min_area",
            ParameterName::SliverMinWidth => "sliver_min_width",
            ParameterName::IdleAfter => "idle_after",
            ParameterName::ReclaimableAfter => "reclaimable_after",
            ParameterName::ApprovalLapseAfter => "approval_lapse_after",
        }
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
}

impl Rulebook {
    /// Reads and checks an edition. All faults at once, ordered by file and line.
    pub fn parse(files: &RulebookFiles) -> Result<Rulebook, Vec<RulebookFault>> {
        let _ = files;
        Err(Vec::new())
    }

    /// The name of the edition: its folder.
    pub fn edition(&self) -> &str {
        &self.edition
    }

    /// SHA-256 of the canonical form, in lower-case hexadecimal; does not depend on the order of files or on blanks.
    pub fn digest(&self) -> &Arc<str> {
        &self.digest
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

    /// The parameter as it holds on that day.
    pub fn parameter(&self, name: ParameterName, as_of: NaiveDate) -> Option<&ParameterUsed> {
        self.parameters
            .get(&name)?
            .iter()
            .find(|value| value.effective_from <= as_of && value.effective_until.is_none_or(|until| as_of < until))
    }

    /// 行业大类名称，按其版本。
    pub fn industry_name(&self, code: IndustryCode) -> Option<&str> {
        self.industry_names.get(&code).map(String::as_str)
    }
}
