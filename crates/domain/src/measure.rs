//! What rules may measure: a closed list. Each measure turns facts into a value with its steps and inputs, or says which
//! facts are missing. No threshold here: what a value means is the rule's. A thing that cannot be computed (a ratio on no
//! ground, records that contradict each other) is missing with the reason, never a number.

mod step;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

pub use step::{Operand, Operator, Step};

use crate::fact::{Construction, FactName, FactValue};
use crate::finding::{InputUsed, MissingInput};
use crate::rulebook::ParameterName;
use crate::subject::{KnownFact, SubjectFacts};
use crate::unit::{Quantity, Unit};

/// How far the parts of an approval may be from its whole, in m²: the overlay conserves area to this.
const CONSERVED_TO_M2: f64 = 0.01;

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

    /// 算法：how it is computed, in Chinese, with the names of the facts.
    pub fn formula_zh(self) -> &'static str {
        match self {
            Measure::PlotRatio => "容积率 = 计容建筑面积 ÷ 土地面积",
            Measure::BuildingDensity => "建筑密度 = 建筑基底面积 ÷ 土地面积（不含构筑物与堆场，不是建筑系数）",
            Measure::UnsuppliedArea => "未供面积 = 批准范围 − 已供 − 核减 − 碎屑，按图形叠加，各部分之和等于批准范围",
            Measure::DaysPastAgreedStart => "天数 = 基准日 − 约定开工日期；未到期为 0，已开工为 0",
        }
    }

    /// The parameters on which its facts, or the remarks on its value, depend.
    pub fn parameters(self) -> &'static [ParameterName] {
        use ParameterName as P;
        match self {
            Measure::PlotRatio => &[P::TallStoreyHeight, P::TallStoreyFactor, P::AreaDisagreementMax],
            Measure::BuildingDensity => &[P::AreaDisagreementMax],
            Measure::UnsuppliedArea => &[P::SliverMinArea, P::SliverMinWidth, P::ApprovalLapseAfter],
            Measure::DaysPastAgreedStart => &[P::IdleAfter, P::ReclaimableAfter],
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

/// What was measured, with everything it rests on.
#[derive(Clone, Debug, PartialEq)]
pub struct Measurement {
    /// The value, unrounded, in the measure's unit.
    pub value: Quantity,
    /// The steps that lead to it, in order.
    pub steps: Vec<Step>,
    /// The facts it rests on: without any one of them there is no value.
    pub inputs: Vec<InputUsed>,
}

impl Measure {
    /// Measures, or says what is missing: at least one thing, each once.
    pub fn of(self, facts: &SubjectFacts, as_of: NaiveDate) -> Result<Measurement, Vec<MissingInput>> {
        match self {
            Measure::PlotRatio => self.share_of_site(facts, FactName::CountingFloorArea),
            Measure::BuildingDensity => self.share_of_site(facts, FactName::FootprintArea),
            Measure::UnsuppliedArea => unsupplied_area(facts),
            Measure::DaysPastAgreedStart => days_past_agreed_start(facts, as_of),
        }
    }

    fn share_of_site(self, facts: &SubjectFacts, numerator: FactName) -> Result<Measurement, Vec<MissingInput>> {
        let mut gathered = Gathered::new(facts);
        let above = gathered.number(numerator, AtLeastZero::OrMore);
        let below = gathered.number(FactName::SiteArea, AtLeastZero::MoreThan);
        let (Some(above), Some(below)) = (above, below) else { return Err(gathered.missing) };
        let value = Quantity::new(above / below, self.unit());
        if !value.value.is_finite() {
            return Err(vec![FactName::SiteArea.unusable(&format!("{below} m²"))]);
        }
        let operands =
            vec![Operand::Fact { name: numerator, value: above }, Operand::Fact { name: FactName::SiteArea, value: below }];
        let step = Step { label: self.label_zh(), operator: Operator::Divide, operands, result: value };
        Ok(Measurement { value, steps: vec![step], inputs: gathered.inputs })
    }
}

/// The leftover of an approval as the overlay found it, shown with the balance it comes from.
fn unsupplied_area(facts: &SubjectFacts) -> Result<Measurement, Vec<MissingInput>> {
    const PARTS: [FactName; 4] =
        [FactName::SuppliedOverlapArea, FactName::DeductedArea, FactName::SliverArea, FactName::LeftoverArea];
    let mut gathered = Gathered::new(facts);
    let whole = gathered.number(FactName::ApprovedGroundArea, AtLeastZero::OrMore);
    let parts = PARTS.map(|name| gathered.number(name, AtLeastZero::OrMore));
    let (Some(whole), [Some(supplied), Some(deducted), Some(slivers), Some(leftover)]) = (whole, parts) else {
        return Err(gathered.missing);
    };
    let sum = supplied + deducted + slivers + leftover;
    let allowed = CONSERVED_TO_M2.max(whole * f64::EPSILON * 64.0);
    if (sum - whole).abs() > allowed {
        let how = format!(
            "面积不守恒：已供 + 核减 + 碎屑 + 剩余 = {sum:.4} m²，批准范围 = {whole:.4} m²；请重新叠加，仍不符时报告开发者"
        );
        return Err(vec![MissingInput { how, ..MissingInput::fact(FactName::LeftoverArea) }]);
    }
    let operands = PARTS.iter().zip([supplied, deducted, slivers, leftover]);
    let operands = operands.map(|(name, value)| Operand::Fact { name: *name, value }).collect();
    let balance = Step {
        label: FactName::ApprovedGroundArea.label_zh(),
        operator: Operator::Sum,
        operands,
        result: Quantity::new(whole, Unit::SquareMetre),
    };
    let value = Quantity::new(leftover, Unit::SquareMetre);
    let leftover_step = Step {
        label: Measure::UnsuppliedArea.label_zh(),
        operator: Operator::Is,
        operands: vec![Operand::Fact { name: FactName::LeftoverArea, value: leftover }],
        result: value,
    };
    Ok(Measurement { value, steps: vec![balance, leftover_step], inputs: gathered.inputs })
}

/// How construction stood on that day, and which records say so.
enum Begun<'a> {
    Yes(Vec<KnownFact<'a>>),
    No(Vec<KnownFact<'a>>),
    NotKnown(Vec<MissingInput>),
}

/// Reads the state of construction back to `as_of`. “Started” holds from the recorded start, or, where no start is recorded,
/// from the day on which it was seen; before that it is not known. “Not started” is taken to hold until a record says otherwise.
fn begun(facts: &SubjectFacts, as_of: NaiveDate) -> Begun<'_> {
    let Some(state) = facts.known(FactName::Construction) else {
        return Begun::NotKnown(vec![MissingInput::fact(FactName::Construction)]);
    };
    let started_on = facts.known(FactName::ActualStartOn);
    let day = started_on.and_then(|fact| date_of(fact.value));
    let seen = state.observed_on.is_some_and(|day| day <= as_of);
    match (state.value, day) {
        (FactValue::Construction(Construction::NotStarted), Some(day)) => {
            let how = format!("登记为未开工，却有实际开工日期 {day}：两者矛盾，请核实后更正其一");
            Begun::NotKnown(vec![MissingInput { how, ..MissingInput::fact(FactName::Construction) }])
        }
        (FactValue::Construction(Construction::NotStarted), None) => Begun::No(vec![state]),
        (_, Some(day)) if day > as_of && seen => {
            let how = format!("登记为已开工，实际开工日期 {day} 却晚于登记时点：两者矛盾，请核实后更正其一");
            Begun::NotKnown(vec![MissingInput { how, ..MissingInput::fact(FactName::ActualStartOn) }])
        }
        (_, Some(day)) if day > as_of => Begun::No(vec![state].into_iter().chain(started_on).collect()),
        (_, Some(_) | None) if seen => Begun::Yes(vec![state]),
        (_, Some(_)) => Begun::Yes(vec![state].into_iter().chain(started_on).collect()),
        (_, None) => Begun::NotKnown(vec![MissingInput::fact(FactName::ActualStartOn)]),
    }
}

fn days_past_agreed_start(facts: &SubjectFacts, as_of: NaiveDate) -> Result<Measurement, Vec<MissingInput>> {
    const MEASURE: Measure = Measure::DaysPastAgreedStart;
    let agreed = facts.known(FactName::AgreedStartOn);
    let agreed_on = agreed.and_then(|fact| date_of(fact.value));
    let step = |operator, operands, days: i64| {
        let value = Quantity::new(days as f64, MEASURE.unit());
        (value, vec![Step { label: MEASURE.label_zh(), operator, operands, result: value }])
    };
    let (value, steps, used) = match (agreed, agreed_on, begun(facts, as_of)) {
        (Some(agreed), Some(on), _) if as_of <= on => {
            let operands = vec![Operand::AsOf { on: as_of }, Operand::Day { name: FactName::AgreedStartOn, on }];
            let (value, steps) = step(Operator::DaysSince, operands, 0);
            (value, steps, vec![agreed])
        }
        (_, _, Begun::Yes(records)) => {
            let operands = records.iter().filter_map(operand_of_record).collect();
            let (value, steps) = step(Operator::NoneOnceStarted, operands, 0);
            (value, steps, records)
        }
        (Some(agreed), Some(on), Begun::No(records)) => {
            let operands = vec![Operand::AsOf { on: as_of }, Operand::Day { name: FactName::AgreedStartOn, on }];
            let (value, steps) = step(Operator::DaysSince, operands, (as_of - on).num_days());
            (value, steps, [agreed].into_iter().chain(records).collect())
        }
        (Some(_), Some(_), Begun::NotKnown(missing)) => return Err(missing),
        (_, _, Begun::No(_)) => return Err(vec![MissingInput::fact(FactName::AgreedStartOn)]),
        (_, _, Begun::NotKnown(mut missing)) => {
            missing.insert(0, MissingInput::fact(FactName::AgreedStartOn));
            return Err(missing);
        }
    };
    Ok(Measurement { value, steps, inputs: used.into_iter().map(InputUsed::from).collect() })
}

fn operand_of_record(fact: &KnownFact<'_>) -> Option<Operand> {
    match fact.value {
        FactValue::Construction(state) => Some(Operand::State { name: fact.name, state: *state }),
        FactValue::Date(on) => Some(Operand::Day { name: fact.name, on: *on }),
        FactValue::Quantity(_) | FactValue::Flag(_) | FactValue::Text(_) | FactValue::Industry(_) => None,
    }
}

/// The day of a date.
pub(crate) fn date_of(value: &FactValue) -> Option<NaiveDate> {
    match value {
        FactValue::Date(day) => Some(*day),
        FactValue::Quantity(_)
        | FactValue::Flag(_)
        | FactValue::Text(_)
        | FactValue::Industry(_)
        | FactValue::Construction(_) => None,
    }
}

/// The number of a quantity.
pub(crate) fn number_of(value: &FactValue) -> Option<f64> {
    match value {
        FactValue::Quantity(quantity) => Some(quantity.value),
        FactValue::Date(_) | FactValue::Flag(_) | FactValue::Text(_) | FactValue::Industry(_) | FactValue::Construction(_) => {
            None
        }
    }
}

impl FactName {
    /// Known, and of no use for computing.
    fn unusable(self, found: &str) -> MissingInput {
        let how = format!("现有值 {found} 不可用于计算，请核对来源；{}", self.how_zh());
        MissingInput { how, ..MissingInput::fact(self) }
    }
}

/// Whether zero itself is a usable value.
#[derive(Clone, Copy)]
enum AtLeastZero {
    OrMore,
    MoreThan,
}

/// The facts of one measurement while they are being gathered: those used, and those missing.
struct Gathered<'a> {
    facts: &'a SubjectFacts,
    inputs: Vec<InputUsed>,
    missing: Vec<MissingInput>,
}

impl<'a> Gathered<'a> {
    fn new(facts: &'a SubjectFacts) -> Gathered<'a> {
        Gathered { facts, inputs: Vec::new(), missing: Vec::new() }
    }

    fn number(&mut self, name: FactName, range: AtLeastZero) -> Option<f64> {
        let Some(fact) = self.facts.known(name) else {
            self.missing.push(MissingInput::fact(name));
            return None;
        };
        let number = number_of(fact.value)?;
        let usable = match range {
            AtLeastZero::OrMore => number >= 0.0,
            AtLeastZero::MoreThan => number > 0.0,
        };
        if !usable {
            self.missing.push(name.unusable(&fact.value.text()));
            return None;
        }
        self.inputs.push(InputUsed::from(fact));
        Some(number)
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
