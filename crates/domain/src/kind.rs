//! The three kinds of inefficient industrial land and the order in which a square metre is counted.
//! What makes land one of these kinds is a rule's business; splitting ground between them is the shell's.

use serde::{Deserialize, Serialize};

/// 低效用地类别。The three kinds the Plan names (`jiaxing-plan-2023`), in counting order: ground that is more than one
/// kind is counted under the first. The derived order is that order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// 批而未供：批准了，没有供应。
    ApprovedNotSupplied,
    /// 供而未用：供应了，过了约定开工日期没有开工。比“闲置土地”宽，两词不可互换。
    SuppliedNotUsed,
    /// 用而未尽：建成了，没有用足。
    Underused,
}

impl Kind {
    /// All kinds, in counting order.
    pub const ALL: [Kind; 3] = [Kind::ApprovedNotSupplied, Kind::SuppliedNotUsed, Kind::Underused];

    /// The word used in JSON, SQL and URLs.
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::ApprovedNotSupplied => "approved_not_supplied",
            Kind::SuppliedNotUsed => "supplied_not_used",
            Kind::Underused => "underused",
        }
    }

    /// The kind of that word, or `None`.
    pub fn from_code(word: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.as_str() == word)
    }

    /// 中文名称。
    pub fn label_zh(self) -> &'static str {
        match self {
            Kind::ApprovedNotSupplied => "批而未供",
            Kind::SuppliedNotUsed => "供而未用",
            Kind::Underused => "用而未尽",
        }
    }

    /// The label of a computed flag, which stays a suspicion until a person decides: “批而未供 · 疑似”.
    pub fn suspected_label_zh(self) -> &'static str {
        match self {
            Kind::ApprovedNotSupplied => "批而未供 · 疑似",
            Kind::SuppliedNotUsed => "供而未用 · 疑似",
            Kind::Underused => "用而未尽 · 疑似",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Kind;

    #[test]
    fn the_kinds_are_counted_in_the_order_of_the_plan() {
        let mut kinds = [Kind::Underused, Kind::SuppliedNotUsed, Kind::ApprovedNotSupplied];
        kinds.sort();
        let labels: Vec<&str> = kinds.iter().map(|kind| kind.label_zh()).collect();
        assert_eq!(labels, ["批而未供", "供而未用", "用而未尽"]);
        for kind in Kind::ALL {
            assert_eq!(Kind::from_code(kind.as_str()), Some(kind));
            assert_eq!(kind.suspected_label_zh(), format!("{} · 疑似", kind.label_zh()));
        }
        assert_eq!(Kind::from_code("idle"), None);
    }
}
