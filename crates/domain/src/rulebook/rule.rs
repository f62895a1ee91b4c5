//! A rule: one operative sentence of one text, with its force, its measure, its dated thresholds and its conditions.
//! How it is judged is in [`crate::evaluate`].

use std::sync::Arc;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize, Serializer};

use super::citation::Citation;
use crate::code::DivisionCode;
use crate::fact::{FactName, ValueKind};
use crate::kind::Kind;
use crate::measure::Measure;
use crate::subject::{Subject, SubjectKind};
use crate::unit::Quantity;

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

/// How a measured value is held against its threshold; the first two admit equality.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Compare {
    /// 不低于
    AtLeast,
    /// 不高于
    AtMost,
    /// 低于：reaching the threshold misses it
    Below,
}

/// Relative difference below which two numbers are the same number, computed in two ways: a hundred-thousandth of a square metre
/// on a hectare, a thousandth of what areas are stated to.
const ROUNDING: f64 = 1e-9;

impl Compare {
    /// Every way of comparing.
    pub const ALL: [Compare; 3] = [Compare::AtLeast, Compare::AtMost, Compare::Below];

    /// The word used in JSON and the rulebook.
    pub fn as_str(self) -> &'static str {
        match self {
            Compare::AtLeast => "at_least",
            Compare::AtMost => "at_most",
            Compare::Below => "below",
        }
    }

    /// Whether a value keeps the threshold. Unrounded; equality keeps a floor or a ceiling, and misses “below”.
    pub fn is_kept(self, value: f64, threshold: f64) -> bool {
        let room = self.room(value, threshold);
        match self {
            Compare::AtLeast | Compare::AtMost => room >= 0.0,
            Compare::Below => room > 0.0,
        }
    }

    /// Room left before the threshold is missed; negative by as much as it is. Zero where the two differ by no more than
    /// [`ROUNDING`]: 15 000 ÷ 10 000 measured from drawings must not miss 1.5 by the last bit of a division.
    pub fn room(self, value: f64, threshold: f64) -> f64 {
        let room = match self {
            Compare::AtLeast => value - threshold,
            Compare::AtMost | Compare::Below => threshold - value,
        };
        if room.abs() <= ROUNDING * threshold.abs() { 0.0 } else { room }
    }

    /// ≥, ≤ or <.
    pub fn symbol(self) -> &'static str {
        match self {
            Compare::AtLeast => "≥",
            Compare::AtMost => "≤",
            Compare::Below => "<",
        }
    }

    /// 下限, 上限 or 上限（不含）.
    pub fn bound_label_zh(self) -> &'static str {
        match self {
            Compare::AtLeast => "下限",
            Compare::AtMost => "上限",
            Compare::Below => "上限（不含）",
        }
    }
}

/// 规则：one operative sentence of one text.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Rule {
    /// Stable id.
    pub id: RuleId,
    /// 标题。
    pub title_zh: Arc<str>,
    /// Title in English, where there is one.
    pub title_en: Option<String>,
    /// How it speaks.
    pub force: Force,
    /// The kind of inefficient land that missing it suggests.
    pub flag: Option<Kind>,
    /// What it is about.
    pub subjects: Vec<SubjectKind>,
    /// 适用的行政区划；空为全市。The divisions whose own rule it is; elsewhere it says nothing.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub divisions: Vec<DivisionCode>,
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
    /// Whether it is about that subject: its kind, and the place whose rule it is.
    pub fn is_about(&self, subject: &Subject) -> bool {
        self.subjects.contains(&subject.kind)
            && (self.divisions.is_empty() || subject.division.as_ref().is_some_and(|division| self.divisions.contains(division)))
    }

    /// The threshold in force on that day.
    pub fn threshold(&self, as_of: NaiveDate) -> Option<&Threshold> {
        self.thresholds.iter().find(|threshold| threshold.is_in_force(as_of))
    }
}

/// 阈值，在 [from, until) 内有效。
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Threshold {
    /// 起（含）；`None` where the day is not known: then it is taken to have held always.
    pub effective_from: Option<NaiveDate>,
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
        self.effective_from.is_none_or(|from| from <= as_of) && self.effective_until.is_none_or(|until| as_of < until)
    }
}

/// 阈值的数，或数的来处。
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
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
    /// 尚未确定：no text was found that gives the number; the office has to set it.
    Unset {
        /// What the office has to do.
        how: String,
    },
}

/// A condition of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AppliesWhen {
    /// A flag that must be yes.
    Flag(FactName),
    /// The approval was given by that day, and was not withdrawn by it.
    ApprovalInForce,
    /// Started, not finished, and stopped for the years that the parameter names.
    ConstructionStopped,
}

impl AppliesWhen {
    /// The conditions that are more than a flag.
    pub const SPECIAL: [AppliesWhen; 2] = [AppliesWhen::ApprovalInForce, AppliesWhen::ConstructionStopped];

    /// The only kind of subject that it can be asked of; `None` for any.
    pub fn subject_kind(self) -> Option<SubjectKind> {
        match self {
            AppliesWhen::Flag(_) => None,
            AppliesWhen::ApprovalInForce => Some(SubjectKind::Approval),
            AppliesWhen::ConstructionStopped => Some(SubjectKind::Supply),
        }
    }

    /// The word used in the rulebook: the flag's, `approval_in_force` or `construction_stopped`.
    pub fn as_str(self) -> &'static str {
        match self {
            AppliesWhen::Flag(name) => name.as_str(),
            AppliesWhen::ApprovalInForce => "approval_in_force",
            AppliesWhen::ConstructionStopped => "construction_stopped",
        }
    }

    /// The condition of that word, or `None`.
    pub fn from_code(word: &str) -> Option<AppliesWhen> {
        if let Some(condition) = AppliesWhen::SPECIAL.into_iter().find(|condition| condition.as_str() == word) {
            return Some(condition);
        }
        match FactName::from_code(word) {
            Some(name) if name.value_kind() == ValueKind::Flag => Some(AppliesWhen::Flag(name)),
            Some(_) | None => None,
        }
    }

    /// 中文名称。
    pub fn label_zh(self) -> &'static str {
        match self {
            AppliesWhen::Flag(name) => name.label_zh(),
            AppliesWhen::ApprovalInForce => "批准文件有效",
            AppliesWhen::ConstructionStopped => "已开工而停工满规定年限",
        }
    }
}

impl Serialize for AppliesWhen {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::Compare;

    #[test]
    fn the_last_bit_of_a_division_does_not_decide() {
        let measured = (0.1 + 0.2) * 5.0;
        assert!(measured > 1.5 && Compare::AtMost.is_kept(measured, 1.5));
        assert!(Compare::AtLeast.is_kept(1.5 - 1e-12, 1.5));
        assert!(!Compare::AtLeast.is_kept(1.5 - 1e-8, 1.5));
        assert!(!Compare::AtMost.is_kept(0.0 + f64::MIN_POSITIVE, 0.0), "nothing is near zero but zero");
    }
}
