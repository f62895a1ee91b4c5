//! Where a number comes from: documents, clauses, quoted words, and how sure we are of them.
//! Whether a quote is really in its document is checked in `parse`.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

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
    /// What it says or means in other words, and so marked wherever it is shown.
    pub paraphrase: Option<String>,
    /// How sure we are: the weaker of the document's and the clause's.
    pub certainty: Certainty,
    /// Where the text was read.
    pub address: Option<String>,
    /// Other clauses that the same number rests on.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<Citation>,
}

impl Citation {
    /// As written in a letter: title, number, clause, then the words or what they mean, marked as which.
    pub fn text(&self) -> String {
        let number = self.document_number.as_deref().map(|number| format!("（{number}）")).unwrap_or_default();
        let words = match (&self.quote, &self.paraphrase) {
            (Some(quote), Some(paraphrase)) => format!("：“{quote}”（释义，非原文：{paraphrase}）"),
            (Some(quote), None) => format!("：“{quote}”"),
            (None, Some(paraphrase)) => format!("：{paraphrase}（转述，非原文）"),
            (None, None) => String::new(),
        };
        format!("《{}》{number}{}{words}", self.document_title, self.clause)
    }
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

impl Document {
    /// The pieces of a quote (split at `……`) that are not found verbatim in the kept text.
    pub fn pieces_not_found<'q>(&self, quote: &'q str) -> Vec<&'q str> {
        let kept = self.excerpt.as_deref().unwrap_or_default();
        quote.split("……").map(str::trim).filter(|piece| !piece.is_empty() && !kept.contains(piece)).collect()
    }
}
