//! A computation written down: each step joins named operands into a result, so that a reader, or a script that shares no
//! code with us, can do it again. Only what the measures need; this is not an expression language.

use chrono::NaiveDate;
use serde::Serialize;

use crate::fact::{Construction, FactName};
use crate::unit::{Quantity, Unit};

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
    /// First ÷ second.
    Divide,
    /// Σ of all.
    Sum,
    /// Days from the second to the first; 0 if the second is later.
    DaysSince,
    /// First − second; 0 if the second is larger.
    Less,
    /// First ÷ (second, an area in m², × 3 ÷ 2000): money for each 亩.
    PerMu,
    /// 0, since the records say that construction has begun.
    NoneOnceStarted,
    /// The first itself.
    Is,
}

/// Something that goes into a step.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Operand {
    /// The value of a fact.
    Fact {
        /// Which fact.
        name: FactName,
        /// Its value, in the fact's unit.
        value: f64,
    },
    /// The day of a fact.
    Day {
        /// Which fact.
        name: FactName,
        /// The day.
        on: NaiveDate,
    },
    /// A state of construction.
    State {
        /// Which fact.
        name: FactName,
        /// The state.
        state: Construction,
    },
    /// The result of the step before.
    Previous {
        /// Its value.
        value: f64,
    },
    /// 基准日：the day at which the law is read.
    AsOf {
        /// The day.
        on: NaiveDate,
    },
}

impl Operand {
    /// The value of a fact.
    pub(super) fn of(name: FactName, value: f64) -> Operand {
        Operand::Fact { name, value }
    }

    fn label_zh(self) -> &'static str {
        match self {
            Operand::Fact { name, .. } | Operand::Day { name, .. } | Operand::State { name, .. } => name.label_zh(),
            Operand::AsOf { .. } => "基准日",
            Operand::Previous { .. } => "上式",
        }
    }

    fn text(self) -> String {
        match self {
            Operand::Fact { name, value } => match name.unit() {
                Some(unit @ (Unit::Day | Unit::Year | Unit::Storey)) => Quantity::new(value, unit).number_text(None),
                unit => Quantity::new(value, unit.unwrap_or(Unit::Ratio)).number_text(Some(2)),
            },
            Operand::Previous { value } if value.fract() == 0.0 => Quantity::new(value, Unit::Ratio).number_text(Some(0)),
            Operand::Previous { value } => Quantity::new(value, Unit::Ratio).number_text(Some(2)),
            Operand::Day { on, .. } | Operand::AsOf { on } => on.to_string(),
            Operand::State { state, .. } => state.label_zh().to_owned(),
        }
    }
}

impl Step {
    /// As a Chinese line: `容积率 = 计容建筑面积 ÷ 土地面积 = 19 246.00 ÷ 23 466.67 = 0.8201`. Beside a limit the result has as
    /// many decimals as it takes to tell the two apart.
    pub fn line(&self, limit: Option<f64>) -> String {
        let joined = |sign: &str, parts: Vec<String>| parts.join(&format!(" {sign} "));
        let labels = || self.operands.iter().map(|operand| operand.label_zh().to_owned()).collect::<Vec<_>>();
        let numbers = || self.operands.iter().map(|operand| operand.text()).collect::<Vec<_>>();
        let result = self.result_text(limit);
        let label = self.label;
        match self.operator {
            Operator::Divide => format!("{label} = {} = {} = {result}", joined("÷", labels()), joined("÷", numbers())),
            Operator::Sum => format!("{label} = {} = {} = {result}", joined("+", labels()), joined("+", numbers())),
            Operator::Less => format!("{label} = {} = {} = {result}", joined("−", labels()), joined("−", numbers())),
            Operator::PerMu => {
                let [money, land] = [labels(), numbers()].map(|parts| format!("{} ÷（{} × 3 ÷ 2000）", parts[0], parts[1]));
                format!("{label} = {money} = {land} = {result}")
            }
            Operator::Is => format!("{label} = {} = {result}", labels().concat()),
            Operator::DaysSince if self.result.value == 0.0 => {
                format!("{label} = {} = {}：未到期，计 {result}", joined("−", labels()), joined("−", numbers()))
            }
            Operator::DaysSince => format!("{label} = {} = {} = {result}", joined("−", labels()), joined("−", numbers())),
            Operator::NoneOnceStarted => {
                let records = self.operands.iter().map(|operand| format!("{} {}", operand.label_zh(), operand.text()));
                format!("{label} = {result}（{}）", records.collect::<Vec<_>>().join("，"))
            }
        }
    }

    fn result_text(&self, limit: Option<f64>) -> String {
        let decimals = match self.result.unit {
            Unit::Ratio => 4,
            Unit::SquareMetre | Unit::Share | Unit::Metre | Unit::WanYuan | Unit::WanYuanPerMu => 2,
            Unit::Day | Unit::Year | Unit::Storey => 0,
        };
        match limit {
            Some(limit) => self.result.text_apart(limit, decimals),
            None => self.result.text_with(decimals),
        }
    }
}
