//! The numbers that the program takes from the rulebook outside of thresholds: a closed list of names, dated values.
//! Who uses a parameter, and for what, is not known here.

use std::sync::Arc;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::citation::Citation;
use crate::unit::{Quantity, Unit};

/// 参数名。The closed list of numbers that the program takes from the rulebook outside of thresholds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ParameterName {
    /// 层高限值，m：超过（不含等于）的层加倍计容。
    TallStoreyHeight,
    /// 超限层高计容倍数：层高超过限值的层，计容建筑面积按此倍数计。
    TallStoreyFactor,
    /// 碎屑面积容差，m²：小于它的剩余小块不计为剩余。
    SliverMinArea,
    /// 碎屑宽度容差，m：窄于它的剩余小块不计为剩余。
    SliverMinWidth,
    /// 面积矛盾容差：证载面积与图形椭球面积之差超过后者的此份额，证载面积不可用。
    AreaDisagreementMax,
    /// 疑似闲置的年限，年：逾期未开工满此年限。
    IdleAfter,
    /// 疑似可收回的年限，年：逾期未开工满此年限。
    ReclaimableAfter,
    /// 停工的年限，年：中止开发建设满此年限。
    StoppedAfter,
    /// 土地闲置费占土地价款的份额：只作提示。
    IdleFeeShare,
    /// 批文可能失效的年限，年：批准后满此年限未用。
    ApprovalLapseAfter,
}

impl ParameterName {
    /// Every parameter.
    pub const ALL: [ParameterName; 10] = [
        ParameterName::TallStoreyHeight,
        ParameterName::TallStoreyFactor,
        ParameterName::SliverMinArea,
        ParameterName::SliverMinWidth,
        ParameterName::AreaDisagreementMax,
        ParameterName::IdleAfter,
        ParameterName::ReclaimableAfter,
        ParameterName::StoppedAfter,
        ParameterName::IdleFeeShare,
        ParameterName::ApprovalLapseAfter,
    ];

    /// The word used in JSON and the rulebook.
    pub fn as_str(self) -> &'static str {
        match self {
            ParameterName::TallStoreyHeight => "tall_storey_height",
            ParameterName::TallStoreyFactor => "tall_storey_factor",
            ParameterName::SliverMinArea => "sliver_min_area",
            ParameterName::SliverMinWidth => "sliver_min_width",
            ParameterName::AreaDisagreementMax => "area_disagreement_max",
            ParameterName::IdleAfter => "idle_after",
            ParameterName::ReclaimableAfter => "reclaimable_after",
            ParameterName::StoppedAfter => "stopped_after",
            ParameterName::IdleFeeShare => "idle_fee_share",
            ParameterName::ApprovalLapseAfter => "approval_lapse_after",
        }
    }

    /// The parameter of that word, or `None`.
    pub fn from_code(word: &str) -> Option<ParameterName> {
        ParameterName::ALL.into_iter().find(|name| name.as_str() == word)
    }

    /// 中文名称。
    pub fn label_zh(self) -> &'static str {
        match self {
            ParameterName::TallStoreyHeight => "层高限值",
            ParameterName::TallStoreyFactor => "超限层高计容倍数",
            ParameterName::SliverMinArea => "碎屑面积容差",
            ParameterName::SliverMinWidth => "碎屑宽度容差",
            ParameterName::AreaDisagreementMax => "面积矛盾容差",
            ParameterName::IdleAfter => "疑似闲置年限",
            ParameterName::ReclaimableAfter => "疑似可收回年限",
            ParameterName::StoppedAfter => "停工年限",
            ParameterName::IdleFeeShare => "土地闲置费比例",
            ParameterName::ApprovalLapseAfter => "批文可能失效年限",
        }
    }

    /// The unit of its value.
    pub fn unit(self) -> Unit {
        match self {
            ParameterName::TallStoreyHeight | ParameterName::SliverMinWidth => Unit::Metre,
            ParameterName::TallStoreyFactor => Unit::Ratio,
            ParameterName::AreaDisagreementMax | ParameterName::IdleFeeShare => Unit::Share,
            ParameterName::SliverMinArea => Unit::SquareMetre,
            ParameterName::IdleAfter
            | ParameterName::ReclaimableAfter
            | ParameterName::StoppedAfter
            | ParameterName::ApprovalLapseAfter => Unit::Year,
        }
    }
}

/// 参数值，在 [from, until) 内有效。
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ParameterUsed {
    /// Which parameter.
    pub name: ParameterName,
    /// Its value.
    pub value: Quantity,
    /// 起（含）；`None` where the day is not known: then it is taken to have held always.
    pub effective_from: Option<NaiveDate>,
    /// 止（不含）。
    pub effective_until: Option<NaiveDate>,
    /// The clause, or the mark that it is a setting of the operator.
    pub citation: Arc<Citation>,
}

impl ParameterUsed {
    /// Whether it holds on that day.
    pub fn is_in_force(&self, as_of: NaiveDate) -> bool {
        self.effective_from.is_none_or(|from| from <= as_of) && self.effective_until.is_none_or(|until| as_of < until)
    }
}
